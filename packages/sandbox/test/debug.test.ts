import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SandboxContext, SandboxError, createPolicy } from '@truthound/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessSandboxEngine } from '../src/index.ts';
import { PROCESS_POLICY } from './support/policy.ts';

type Params = Readonly<Record<string, unknown>>;

interface DebuggerMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: Params;
}

/** A debugger, as far as these tests need one: the Chrome DevTools Protocol over its WebSocket. */
class DebuggerClient {
  readonly #socket: WebSocket;
  readonly #waiting: {
    matches(message: DebuggerMessage): boolean;
    resolve(message: DebuggerMessage): void;
  }[] = [];
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as DebuggerMessage;
      const index = this.#waiting.findIndex(({ matches }) => matches(message));
      if (index !== -1) this.#waiting.splice(index, 1)[0]?.resolve(message);
    });
  }

  static async attach(url: string): Promise<DebuggerClient> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => {
        reject(new Error(`nobody listens on ${url}`));
      });
    });
    return new DebuggerClient(socket);
  }

  async send(method: string, params: Params = {}): Promise<Params> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = this.#waitFor((message) => message.id === id);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return (await answer).result ?? {};
  }

  async event(method: string): Promise<Params> {
    return (await this.#waitFor((message) => message.method === method)).params ?? {};
  }

  close(): void {
    this.#socket.close();
  }

  #waitFor(matches: (message: DebuggerMessage) => boolean): Promise<DebuggerMessage> {
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }
}

/** Where the guest says that its debugger listens. */
function inspectorUrl(sandbox: SandboxContext): Promise<string> {
  return new Promise((resolve) => {
    sandbox.on('log', ({ text }) => {
      const url = /ws:\/\/\S+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
  });
}

describe.runIf(process.platform === 'linux')('a sandbox with debug: true', () => {
  let plugin = '';
  const policy = createPolicy({ base: PROCESS_POLICY, maxExecutionTimeSec: 0.5, maxCpuPercent: 50 });

  beforeAll(() => {
    plugin = mkdtempSync(join(tmpdir(), 'debugged-'));
    writeFileSync(join(plugin, 'package.json'), '{"type":"module","exports":"./index.js"}');
    writeFileSync(
      join(plugin, 'index.js'),
      'export function add(left, right) {\n  const sum = left + right;\n  return sum;\n}\n',
    );
  });

  afterAll(() => {
    rmSync(plugin, { recursive: true, force: true });
  });

  it('stops at a breakpoint in the plugin’s own source, for as long as one looks at it', async () => {
    await using engine = new ProcessSandboxEngine();
    const sandbox = await engine.createSandbox('debugged', policy, { plugin, debug: true });
    const url = await inspectorUrl(sandbox);
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const client = await DebuggerClient.attach(url);
    await client.send('Runtime.enable');
    await client.send('Debugger.enable');
    const { locations } = await client.send('Debugger.setBreakpointByUrl', {
      urlRegex: '.*/debugged-[^/]+/index\\.js$',
      lineNumber: 2,
    });
    expect(locations).toHaveLength(1);
    const paused = client.event('Debugger.paused');
    const call = engine.execute(sandbox, { export: 'add' }, 20, 22);
    const [frame] = (await paused)['callFrames'] as readonly Params[];
    expect(frame).toMatchObject({ functionName: 'add', location: { lineNumber: 2 } });
    const { result } = await client.send('Debugger.evaluateOnCallFrame', {
      callFrameId: frame?.['callFrameId'],
      expression: 'sum',
    });
    expect(result).toMatchObject({ value: 42 });
    // Twice the limit: nobody reads code in half a second.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await client.send('Debugger.resume');
    expect(await call).toBe(42);
    client.close();
  });

  it('says that its limits of time do not hold, and that all others do', async () => {
    await using engine = new ProcessSandboxEngine();
    const sandbox = await engine.createSandbox('debugged', policy, { plugin, debug: true });
    expect(sandbox.enforcement.wallTime.status).toBe('unavailable');
    expect(sandbox.enforcement.cpu.status).toBe('unavailable');
    for (const guarantee of ['fileRead', 'fileWrite', 'network', 'subprocess', 'memory'] as const)
      expect([guarantee, sandbox.enforcement[guarantee].status]).toEqual([guarantee, 'enforced']);
  });

  it('is refused under a strict policy, which asks for these limits', async () => {
    await using engine = new ProcessSandboxEngine();
    const strict = createPolicy({ base: policy, enforcement: 'strict' });
    const error = await engine
      .createSandbox('debugged', strict, { plugin, debug: true })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SandboxError);
    expect((error as Error).message).toContain('wallTime');
  });
});
