import { setImmediate as turn } from 'node:timers/promises';
import {
  type EnforcementReport,
  PluginExecutionError,
  SandboxError,
  SandboxResourceError,
  type SandboxEvents,
  SandboxTimeoutError,
  createPolicy,
} from '@truthound/protocols';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEnforcementReport } from '../../src/confinement/enforcement.ts';
import { SandboxSession } from '../../src/session/sandbox-session.ts';
import { FAKE_POLICY, FakeGuest, sessionOptions, startSession } from './fake-guest.ts';

const RUN = { type: 'plugin', exportName: 'run' } as const;

afterEach(() => {
  vi.useRealTimers();
});

async function fakeTime(): Promise<void> {
  await turn();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
}

/** Lets messages cross, with fake or real timers. */
async function cross(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}

describe('starting', () => {
  it('refuses a guest that speaks another protocol', async () => {
    const guest = new FakeGuest();
    const starting = SandboxSession.start(sessionOptions(guest));
    guest.send('hello', 999);
    await expect(starting).rejects.toThrow('speaks version 999');
    expect(guest.kills).toBe(1);
  });

  it('refuses a guest that is ready before it said hello', async () => {
    const guest = new FakeGuest();
    const starting = SandboxSession.start(sessionOptions(guest));
    guest.send('ready', []);
    await expect(starting).rejects.toThrow('ready before it said hello');
    expect(guest.kills).toBe(1);
  });

  it('refuses a guest whose report the policy does not take, and ends it', async () => {
    const guest = new FakeGuest();
    const refusal = new SandboxError('not enough');
    const createReport = (): never => {
      throw refusal;
    };
    const starting = SandboxSession.start(sessionOptions(guest, { createReport }));
    guest.send('hello', 1);
    await guest.next('setup');
    guest.send('ready', []);
    await expect(starting).rejects.toBe(refusal);
    expect(guest.kills).toBe(1);
  });

  it('hands the steps over as plain, bounded data', async () => {
    const seen: unknown[] = [];
    const guest = new FakeGuest();
    const createReport = (steps: unknown): never => {
      seen.push(steps);
      throw new SandboxError('enough');
    };
    const starting = SandboxSession.start(sessionOptions(guest, { createReport }));
    guest.send('hello', 1);
    await guest.next('setup');
    guest.send('ready', [{ step: 'x'.repeat(500), ok: 'yes', detail: 7, more: 1 }]);
    await expect(starting).rejects.toThrow('enough');
    expect(seen).toEqual([[{ step: `${'x'.repeat(100)}… (500 characters)`, ok: false, detail: '' }]]);
  });

  it('refuses a guest that is gone before its report is made, with the reason', async () => {
    const guest = new FakeGuest();
    const createReport = async (): Promise<EnforcementReport> => {
      guest.end({ isOutOfMemory: true });
      await guest.exited;
      return createEnforcementReport(FAKE_POLICY, []);
    };
    const starting = SandboxSession.start(sessionOptions(guest, { createReport }));
    guest.send('hello', 1);
    await guest.next('setup');
    guest.send('ready', []);
    await expect(starting).rejects.toMatchObject({ code: 'ERR_SANDBOX_RESOURCE', resourceType: 'memory' });
  });

  it('ends a guest that never says hello, naming the limit', async () => {
    await fakeTime();
    const guest = new FakeGuest();
    const starting = SandboxSession.start(sessionOptions(guest, { startupTimeoutMs: 1000 }));
    const outcome = starting.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await outcome).toMatchObject({ code: 'ERR_SANDBOX_TIMEOUT', timeoutSeconds: 1 });
    expect(guest.kills).toBe(1);
  });

  it('ends the guest when the caller gives up', async () => {
    const guest = new FakeGuest();
    const abort = new AbortController();
    const starting = SandboxSession.start(sessionOptions(guest), abort.signal);
    const reason = new Error('no longer needed');
    abort.abort(reason);
    await expect(starting).rejects.toBe(reason);
    expect(guest.kills).toBe(1);
  });

  it('has no enforcement report before that', () => {
    const guest = new FakeGuest();
    const starting = SandboxSession.start(sessionOptions(guest));
    guest.end({ exitCode: 1 });
    return expect(starting).rejects.toMatchObject({ code: 'ERR_SANDBOX', exitCode: 1 });
  });
});

describe('calls', () => {
  it('match their answers by id, in any order', async () => {
    const { guest, session } = await startSession();
    const first = session.invoke(RUN, ['a']);
    const second = session.invoke(RUN, ['b']);
    const [, firstId] = await guest.next('call');
    const [, secondId] = await guest.next('call');
    guest.send('result', secondId, 'B', false);
    guest.send('result', firstId, 'A', false);
    expect(await Promise.all([first, second])).toEqual(['A', 'B']);
    expect(session.callsInFlight).toBe(0);
  });

  it('start anywhere, so that ids cannot be guessed', async () => {
    const ids = new Set<unknown>();
    for (let count = 0; count < 5; count += 1) {
      const { guest, session } = await startSession();
      const call = session.invoke(RUN, []).catch(() => undefined);
      ids.add((await guest.next('call'))[1]);
      await session.terminate();
      await call;
    }
    expect(ids.size).toBe(5);
  });

  it('send the text of a function once', async () => {
    const { guest, session } = await startSession();
    const target = { type: 'function', text: '() => 1' } as const;
    const calls = [session.invoke(target, []), session.invoke(target, [])];
    const [, firstId, firstTarget] = await guest.next('call');
    const [, secondId, secondTarget] = await guest.next('call');
    expect(firstTarget).toEqual({ type: 'function', text: '() => 1', functionId: 0 });
    expect(secondTarget).toBe(0);
    guest.send('result', firstId, 1, false);
    guest.send('result', secondId, 1, false);
    await Promise.all(calls);
  });

  it('send it again when the first message never left', async () => {
    const { guest, session } = await startSession();
    const target = { type: 'function', text: '() => 1' } as const;
    await expect(session.invoke(target, [() => 1])).rejects.toThrow('args[0]: functions cannot cross');
    const call = session.invoke(target, []);
    const [, id, sent] = await guest.next('call');
    expect(sent).toMatchObject({ text: '() => 1' });
    guest.send('result', id, 1, false);
    await call;
    expect(session.callsInFlight).toBe(0);
  });

  it('reject with the plugin’s own error, its stack joined with the caller’s', async () => {
    const { guest, session } = await startSession();
    const callerOfPlugin = async (): Promise<unknown> => {
      return await session.invoke(RUN, []);
    };
    const call = callerOfPlugin();
    const [, id] = await guest.next('call');
    const stack = 'TypeError: no\n    at run (file:///plugin/index.js:3:9)';
    guest.send('error', id, {
      name: 'TypeError',
      message: 'no',
      stack,
      cause: { name: 'Error', message: 'why' },
    });
    const error = await call.catch((reason: unknown) => reason as PluginExecutionError);
    expect(error).toBeInstanceOf(PluginExecutionError);
    expect(error).toMatchObject({ remoteName: 'TypeError', cause: { remoteName: 'Error' } });
    expect((error as Error).stack).toMatch(
      /plugin\/index\.js:3:9[\s\S]*called by the host[\s\S]*callerOfPlugin/,
    );
  });

  it('report progress, and a listener that throws disturbs nothing', async () => {
    const { guest, session } = await startSession();
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const seen: unknown[] = [];
    const onProgress = (value: unknown): void => {
      seen.push(value);
      throw new Error('listener');
    };
    const call = session.invoke(RUN, [], { onProgress });
    const [, id] = await guest.next('call');
    guest.send('progress', id, 0.5, false);
    guest.send('result', id, 'done', false);
    expect(await call).toBe('done');
    expect(seen).toEqual([0.5]);
    expect(warned).toHaveBeenCalledOnce();
  });

  it('are refused past ten thousand at a time', async () => {
    const { session } = await startSession();
    const calls = Array.from({ length: 10_000 }, () =>
      session.invoke(RUN, []).catch((error: unknown) => error),
    );
    await expect(session.invoke(RUN, [])).rejects.toMatchObject({
      code: 'ERR_SANDBOX_RESOURCE',
      resourceType: 'calls',
      limit: 10_000,
    });
    await session.terminate();
    expect((await Promise.all(calls)).every((error) => error instanceof SandboxError)).toBe(true);
  });

  it('that were given up let a late answer pass, once', async () => {
    const { guest, session } = await startSession();
    const abort = new AbortController();
    const call = session.invoke(RUN, [], { signal: abort.signal });
    const [, id] = await guest.next('call');
    const reason = new Error('changed my mind');
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(await guest.next('abort')).toEqual(['abort', id]);
    guest.send('result', id, 1, false);
    await cross();
    expect(session.isAlive).toBe(true);
    guest.send('result', id, 1, false);
    await cross();
    expect(session.isAlive).toBe(false);
  });

  it('are not made with a signal that has aborted already', async () => {
    const { guest, session } = await startSession();
    await expect(session.invoke(RUN, [], { signal: AbortSignal.abort('early') })).rejects.toBe('early');
    await cross();
    expect(guest.received).toEqual([]);
  });

  it('leave no listener on a signal that outlives them', async () => {
    const { guest, session } = await startSession();
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');
    const call = session.invoke(RUN, [], { signal });
    guest.send('result', (await guest.next('call'))[1], 1, false);
    await call;
    expect(removed).toHaveBeenCalledOnce();
  });
});

describe('time', () => {
  it('W-06 ends the guest when a call’s time is over, with no grace', async () => {
    const { guest, session } = await startSession();
    await fakeTime();
    const call = session.invoke(RUN, [], { timeoutSec: 2 });
    const outcome = call.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1999);
    expect(guest.kills).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(guest.kills).toBe(1);
    expect(await outcome).toBeInstanceOf(SandboxTimeoutError);
    expect(await outcome).toMatchObject({ timeoutSeconds: 2, executionTime: 2 });
  });

  it('of a call is never longer than the policy’s', async () => {
    const { session } = await startSession();
    await fakeTime();
    const outcome = session.invoke(RUN, [], { timeoutSec: 1000 }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toMatchObject({ timeoutSeconds: 10 });
  });

  it('is kept for each call: a later one with less time ends first', async () => {
    const { guest, session } = await startSession();
    await fakeTime();
    void session.invoke(RUN, [], { timeoutSec: 5 }).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1000);
    const second = session.invoke(RUN, [], { timeoutSec: 1 }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1000);
    expect(guest.kills).toBe(1);
    expect(await second).toMatchObject({ timeoutSeconds: 1 });
  });

  it('of calls that were answered counts no more, and that of the next still does', async () => {
    const { guest, session } = await startSession();
    await fakeTime();
    const first = session.invoke(RUN, [], { timeoutSec: 1 });
    await vi.advanceTimersByTimeAsync(500);
    guest.send('result', (await guest.next('call'))[1], 1, false);
    await first;
    const second = session.invoke(RUN, [], { timeoutSec: 1 }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(900);
    expect(guest.kills).toBe(0);
    await vi.advanceTimersByTimeAsync(100);
    expect(guest.kills).toBe(1);
    expect(await second).toMatchObject({ executionTime: 1 });
  });

  it('runs on for a call that was given up: the guest still works on it', async () => {
    const { guest, session } = await startSession();
    await fakeTime();
    const abort = new AbortController();
    const call = session.invoke(RUN, [], { signal: abort.signal, timeoutSec: 3 });
    abort.abort(new Error('given up'));
    await expect(call).rejects.toThrow('given up');
    await vi.advanceTimersByTimeAsync(3000);
    expect(guest.kills).toBe(1);
  });

  it('has no limit while a debugger may be attached, nor where the policy sets none', async () => {
    const unlimited = createPolicy({ base: FAKE_POLICY, maxExecutionTimeSec: Infinity });
    for (const more of [{ hasTimeLimits: false }, { policy: unlimited }]) {
      const { guest, session } = await startSession(more);
      await fakeTime();
      const call = session.invoke(RUN, []).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(1e9);
      expect(guest.kills).toBe(0);
      vi.useRealTimers();
      await session.terminate();
      expect(await call).not.toBeInstanceOf(SandboxTimeoutError);
    }
  });

  it('of loading is limited as well', async () => {
    const { session } = await startSession();
    await fakeTime();
    const loading = session.load({ entryUrl: 'file:///p/index.js', rootUrl: 'file:///p' });
    const outcome = loading.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toMatchObject({
      timeoutSeconds: 10,
      message: expect.stringContaining('maxExecutionTimeSec') as string,
    });
  });
});

describe('what no honest guest sends ends it', () => {
  const cases: readonly (readonly [name: string, message: readonly [string, ...unknown[]]])[] = [
    ['an answer to a call that was not made', ['result', 5, 1, false]],
    ['an error for a call that was not made', ['error', 5, {}]],
    ['progress of a call that was not made', ['progress', 5, 1, false]],
    ['an item of a stream that there is not', ['item', 5, 1, false]],
    ['the end of a stream that there is not', ['end', 5]],
    ['a second hello', ['hello', 1]],
    ['a second ready', ['ready', []]],
    ['loaded where nothing was loaded', ['loaded', []]],
    ['load-failed where nothing was loaded', ['load-failed', {}]],
    ['a message of the host’s', ['call', 1, 0, [], false]],
    ['a message of no known name', ['constructor', 1]],
    ['fields of the wrong type', ['result', 'one', 1, false]],
    ['a value with a __proto__ key', ['host-call', 1, 'f', JSON.parse('[{"__proto__":1}]'), false]],
  ];
  it.each(cases)('%s', async (_name, message) => {
    const { guest, session } = await startSession();
    const violations: SandboxEvents['violation'][] = [];
    const exits: SandboxEvents['exit'][] = [];
    session.on('violation', (event) => violations.push(event));
    session.on('exit', (event) => exits.push(event));
    const call = session.invoke(RUN, []);
    guest.send(...message);
    await expect(call).rejects.toThrow('sent what no honest guest sends');
    expect(guest.kills).toBe(1);
    expect(violations).toMatchObject([{ type: 'protocol' }]);
    expect(exits).toHaveLength(1);
    expect(exits[0]?.error).toBeInstanceOf(SandboxError);
  });

  it.each([
    ['junk', Buffer.from('\u0000\u0001junk')],
    ['a line of Node’s own IPC', Buffer.from('{"cmd":"NODE_HANDLE_ACK"}\n')],
    ['a broken line', Buffer.from('["result",\n')],
    ['text that is nested deeper than any value', Buffer.from(`${'[1,'.repeat(20_000)}1 x\n`)],
  ])('%s on the channel', async (_name, bytes) => {
    const { guest, session } = await startSession();
    const call = session.invoke(RUN, []);
    guest.raw.write(bytes);
    await expect(call).rejects.toThrow('sent what no honest guest sends');
    expect(guest.kills).toBe(1);
  });

  it('and a message that is larger than its memory is a resource error', async () => {
    const { guest, session } = await startSession({
      policy: createPolicy({ base: FAKE_POLICY, maxMemoryMb: 1 }),
    });
    const call = session.invoke(RUN, []);
    const head = Buffer.alloc(9);
    head[0] = 1;
    head.writeUInt32LE(0xffff_ffff, 5);
    guest.raw.write(head);
    const error = await call.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SandboxResourceError);
    expect(error).toMatchObject({ resourceType: 'message', limit: 1024 * 1024 });
  });

  it('nothing it sends after its end is heard, nor while it is being killed', async () => {
    const { guest, session } = await startSession();
    const seen: unknown[] = [];
    session.on('violation', (event) => seen.push(event));
    guest.send('violation', 'module', 'on its way');
    await session.terminate();
    guest.send('violation', 'module', 'late');
    await cross();
    expect(seen).toEqual([]);
  });
});

describe('calls to the host', () => {
  it('reach the functions that were given, by their own names only', async () => {
    const host = { add: (a: number, b: number): number => a + b };
    const { guest } = await startSession({ host });
    guest.send('host-call', 1, 'add', [1, 2], false);
    expect(await guest.next('host-result')).toEqual(['host-result', 1, 3, false]);
    for (const [index, name] of ['constructor', '__proto__', 'toString', 'missing'].entries()) {
      guest.send('host-call', 2 + index, name, [], false);
      const [, , error] = await guest.next('host-error');
      expect(error).toMatchObject({
        name: 'ReferenceError',
        message: `the host gives no function "${name}"`,
      });
    }
    guest.send('host-call', 9, 'add', 'no list', false);
    expect((await guest.next('host-error'))[2]).toMatchObject({ name: 'TypeError' });
  });

  it('tell a plugin what failed, and not where the host’s code lies', async () => {
    const host = {
      fail: () => {
        throw Object.assign(new Error('closed', { cause: new Error('secret') }), { code: 'E_CLOSED' });
      },
    };
    const { guest } = await startSession({ host });
    guest.send('host-call', 1, 'fail', [], false);
    expect(await guest.next('host-error')).toEqual([
      'host-error',
      1,
      { name: 'Error', message: 'closed', code: 'E_CLOSED' },
    ]);
  });

  it('name what in a result cannot cross', async () => {
    const { guest } = await startSession({ host: { get: () => ({ fn: () => 1 }) } });
    guest.send('host-call', 1, 'get', [], false);
    expect((await guest.next('host-error'))[2]).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('result of get.fn') as string,
    });
  });

  it('are refused past a thousand at a time: a flood does not pile up in the host', async () => {
    let started = 0;
    const host = {
      wait: () => {
        started += 1;
        return new Promise(() => undefined);
      },
    };
    const { guest, session } = await startSession({ host });
    for (let id = 0; id < 1500; id += 1) guest.send('host-call', id, 'wait', [], false);
    expect((await guest.next('host-error'))[2]).toMatchObject({ name: 'RangeError' });
    await cross();
    expect(started).toBe(1000);
    expect(session.isAlive).toBe(true);
  });

  it('come once: an id that was used is forged', async () => {
    const { guest, session } = await startSession({ host: { get: () => 1 } });
    const call = session.invoke(RUN, []);
    guest.send('host-call', 7, 'get', [], false);
    await guest.next('host-result');
    guest.send('host-call', 7, 'get', [], false);
    await expect(call).rejects.toThrow('came twice');
  });

  it('of a guest that reads no answers are not heard until it does: they would fill the host’s memory', async () => {
    const answer = 'x'.repeat(1024 * 1024);
    let asked = 0;
    const get = (): string => {
      asked += 1;
      return answer;
    };
    const { guest, session } = await startSession({ host: { get } });
    guest.raw.pause();
    for (let id = 0; id < 320; id += 1) {
      guest.send('host-call', id, 'get', [], false);
      await turn();
    }
    expect(asked).toBeLessThan(150);
    expect(session.isAlive).toBe(true);
    guest.raw.resume();
    for (let answers = 0; answers < 320; answers += 1) await guest.next('host-result');
    expect(asked).toBe(320);
    await session.terminate();
  });

  it('that fail in such a guest end it, and not the host', async () => {
    let fail: (reason: Error) => void = () => undefined;
    const host = { wait: () => new Promise<never>((_resolve, reject) => (fail = reject)) };
    const { guest, session } = await startSession({ host });
    const caller = new AbortController();
    const aborted = session.invoke(RUN, [], { signal: caller.signal });
    aborted.catch(() => undefined);
    guest.send('host-call', 1, 'wait', [], false);
    await cross();
    guest.raw.pause();
    const bytes = new Uint8Array(64 * 1024 * 1024);
    const calls = Array.from({ length: 12 }, () => session.invoke(RUN, [bytes]));
    for (const call of calls) call.catch(() => undefined);
    fail(new Error('no'));
    caller.abort(new Error('given up'));
    await expect(aborted).rejects.toThrow('given up');
    await expect(calls[0]).rejects.toMatchObject({ resourceType: 'message' });
    expect(guest.kills).toBe(1);
  });
});

describe('a guest that does not read', () => {
  it('makes further calls fail with an error that says so, and keeps the rest', async () => {
    const { guest, session } = await startSession();
    guest.raw.pause();
    const bytes = new Uint8Array(64 * 1024 * 1024);
    const outcomes = Array.from({ length: 12 }, () =>
      session.invoke(RUN, [bytes]).catch((error: unknown) => error),
    );
    expect(await outcomes.at(-1)).toMatchObject({ code: 'ERR_SANDBOX_RESOURCE', resourceType: 'message' });
    expect(session.isAlive).toBe(true);
    expect(session.callsInFlight).toBeLessThan(10);
    await session.terminate();
  });
});

describe('violations', () => {
  it('are told at a bounded rate, and all are counted', async () => {
    const { guest, session } = await startSession();
    const heard: unknown[] = [];
    session.on('violation', (event) => heard.push(event));
    const call = session.invoke(RUN, []);
    const [, id] = await guest.next('call');
    for (let index = 0; index < 500; index += 1) guest.send('violation', 'module', 'import node:vm');
    guest.send('result', id, null, false);
    await call;
    expect(heard).toHaveLength(100);
    expect(await session.resourceUsage()).toMatchObject({ violations: 500 });
    await session.terminate();
    expect(heard.at(-1)).toMatchObject({ action: expect.stringContaining('400 more') as string });
  });
});

describe('the end of a guest', () => {
  it.each([
    [{ exitCode: 3 }, '', { code: 'ERR_SANDBOX', exitCode: 3, signal: undefined }],
    [{ signal: 'SIGSEGV' }, '', { code: 'ERR_SANDBOX', exitCode: undefined, signal: 'SIGSEGV' }],
    [
      { signal: 'SIGABRT' },
      'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
      { code: 'ERR_SANDBOX_RESOURCE', resourceType: 'memory', limit: FAKE_POLICY.resourceLimits.maxMemoryMb },
    ],
  ])('W-16 %j is told to every call, with what it wrote last', async (exit, stderr, expected) => {
    const { guest, session } = await startSession();
    guest.stderr = stderr;
    const calls = [session.invoke(RUN, []), session.invoke(RUN, [])];
    const outcomes = Promise.allSettled(calls);
    guest.end(exit);
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: expected });
    expect(session.isAlive).toBe(false);
    await expect(session.invoke(RUN, [])).rejects.toThrow('has ended and takes no more calls');
  });

  it('that was asked for is no error, and comes once', async () => {
    const { session } = await startSession();
    const exits: SandboxEvents['exit'][] = [];
    session.on('exit', (event) => exits.push(event));
    await Promise.all([session.terminate(), session.terminate(), session[Symbol.asyncDispose]()]);
    await session.terminate();
    expect(exits).toMatchObject([{ error: undefined, signal: 'SIGKILL' }]);
  });

  it('ends its streams with the same reason', async () => {
    const { guest, session } = await startSession();
    const call = session.invoke(RUN, []);
    guest.send('result', (await guest.next('call'))[1], { $: ['stream', 1] }, true);
    const stream = (await call) as AsyncIterable<unknown>;
    const reading = stream[Symbol.asyncIterator]().next();
    guest.end({ exitCode: 9 });
    await expect(reading).rejects.toMatchObject({ exitCode: 9 });
  });

  it('is told of a load that was under way', async () => {
    const { guest, session } = await startSession();
    const loading = session.load({ entryUrl: 'file:///p/index.js', rootUrl: 'file:///p' });
    guest.end({ exitCode: 1 });
    await expect(loading).rejects.toMatchObject({ exitCode: 1 });
  });
});

describe('loading', () => {
  it('answers what the plugin exports, as bounded text', async () => {
    const { guest, session } = await startSession();
    const loading = session.load({ entryUrl: 'file:///p/index.js', rootUrl: 'file:///p' });
    await guest.next('load');
    guest.send('loaded', ['run', '\u001b[31mred']);
    await loading;
    expect(session.exports).toEqual(['run', '\\u001b[31mred']);
  });

  it('rejects with what the plugin threw while it loaded', async () => {
    const { guest, session } = await startSession();
    const loading = session.load({ entryUrl: 'file:///p/index.js', rootUrl: 'file:///p' });
    await guest.next('load');
    guest.send('load-failed', { name: 'SyntaxError', message: 'bad' });
    await expect(loading).rejects.toMatchObject({
      code: 'ERR_PLUGIN_EXECUTION',
      remoteName: 'SyntaxError',
    });
  });
});

describe('output', () => {
  it('from before anybody listened is not lost, and comes in order', async () => {
    const { guest, session } = await startSession();
    guest.write('stderr', 'Debugger listening');
    const lines: string[] = [];
    session.on('log', ({ level, text }) => lines.push(`${level} ${text}`));
    await cross();
    guest.write('stdout', 'later \u001b[2J');
    expect(lines).toEqual(['stderr Debugger listening', 'stdout later \\u001b[2J']);
  });

  it('is kept to a hundred lines until then', async () => {
    const { guest, session } = await startSession();
    for (let line = 0; line < 500; line += 1) guest.write('stdout', String(line));
    const lines: string[] = [];
    session.on('log', ({ text }) => lines.push(text));
    await cross();
    expect(lines).toHaveLength(100);
  });
});

describe('usage', () => {
  it('W-19 is measured, and counts calls, errors and violations', async () => {
    const { guest, session } = await startSession();
    guest.measurement = { memoryMb: 40, peakMemoryMb: 40, cpuSeconds: 0.25 };
    const calls = [session.invoke(RUN, []), session.invoke(RUN, [])];
    guest.send('result', (await guest.next('call'))[1], 1, false);
    guest.send('error', (await guest.next('call'))[1], { message: 'no' });
    guest.send('violation', 'module', 'import node:vm');
    await Promise.allSettled(calls);
    await cross();
    expect(await session.resourceUsage()).toMatchObject({
      memoryMb: 40,
      cpuSeconds: 0.25,
      calls: 2,
      errors: 1,
      violations: 1,
    });
    guest.measurement = { memoryMb: 30, peakMemoryMb: 30, cpuSeconds: 0.5 };
    expect(await session.resourceUsage()).toMatchObject({ memoryMb: 30, peakMemoryMb: 40 });
    await session.terminate();
    expect(await session.resourceUsage()).toMatchObject({ memoryMb: 30, calls: 2 });
  });
});
