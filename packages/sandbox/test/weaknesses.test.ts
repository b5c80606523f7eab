/**
 * What went wrong in the system that this one replaces, each by its number. The acts in `hostile/` carry
 * W-01 to W-08, W-13 and W-16; those of containers are with the container engine.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DEVELOPMENT,
  IsolationLevel,
  PluginExecutionError,
  type SandboxContext,
  type SandboxEngine,
  SandboxTimeoutError,
  TruthoundError,
  createPolicy,
} from '@truthound/protocols';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoopSandboxEngine, ProcessSandboxEngine } from '../src/index.ts';
import { PROCESS_POLICY } from './support/policy.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weaknesses-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.runIf(process.platform === 'linux')('the process engine', () => {
  let engine: ProcessSandboxEngine;
  let sandbox: SandboxContext;

  beforeAll(async () => {
    engine = new ProcessSandboxEngine();
    sandbox = await engine.createSandbox('weaknesses', PROCESS_POLICY);
  });

  afterAll(async () => {
    await engine.cleanup();
  });

  it('W-02 counts no layer that did not pass its own test in the guest', async () => {
    // With code generation allowed and no module lists, the gate is not asked for; nor is it claimed.
    const open = createPolicy({ base: PROCESS_POLICY, allowedModules: [], blockedModules: [] });
    const context = await engine.createSandbox('open', open);
    expect(context.enforcement.modules.by).not.toContain('module-gate');
    expect(sandbox.enforcement.modules).toMatchObject({ status: 'enforced' });
    expect(sandbox.enforcement.modules.by).toContain('module-gate');
    await engine.terminate(context);
  });

  it('W-06 ends a call when its time is over, and says which limit that was', async () => {
    const limited = createPolicy({ base: PROCESS_POLICY, maxExecutionTimeSec: 0.25 });
    const context = await engine.createSandbox('late', limited);
    const error = await engine
      .execute(context, () => {
        for (;;);
      })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SandboxTimeoutError);
    expect(error).toMatchObject({ timeoutSeconds: 0.25 });
  });

  it('W-07 takes fractions of a second and of a CPU for what they are', async () => {
    const slow = createPolicy({ base: PROCESS_POLICY, maxCpuPercent: 12.5, maxExecutionTimeSec: 20.5 });
    const context = await engine.createSandbox('slow', slow);
    expect(await engine.execute(context, () => 'in time')).toBe('in time');
    expect(context.enforcement.cpu).toMatchObject({ status: 'enforced' });
    await engine.terminate(context);
  });

  it('W-08 leaves nothing running of what a guest had started', async () => {
    const open = createPolicy({
      base: PROCESS_POLICY,
      allowSubprocess: true,
      allowedModules: [],
      blockedModules: [],
      deniedSyscalls: [],
    });
    const context = await engine.createSandbox('family', open);
    const children = await engine.execute(context, async () => {
      const { spawn } = process.getBuiltinModule('node:child_process');
      const sleeper = '/bin/sleep 100 & echo $! && wait';
      const child = spawn('/bin/sh', ['-c', sleeper], { stdio: ['ignore', 'pipe', 'inherit'] });
      const output = await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve));
      return [child.pid, Number(output.toString())];
    });
    const isRunning = (pid: number | undefined): boolean => existsSync(`/proc/${String(pid)}/exe`);
    expect(children.map(isRunning)).toEqual([true, true]);
    await engine.terminate(context);
    await until(() => !children.some(isRunning));
  });

  it('W-10 runs plugin code by its path and export, whatever file the caller is in', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'package.json'), '{"type":"module"}');
    writeFileSync(join(elsewhere, 'helper.js'), 'export const twice = (value) => value * 2;');
    writeFileSync(
      join(elsewhere, 'task.js'),
      'import { twice } from "./helper.js"; export const run = async (value) => twice(value);',
    );
    expect(await engine.execute(sandbox, { module: join(elsewhere, 'task.js'), export: 'run' }, 21)).toBe(42);
  });

  it('W-14 names what a function took from around it, and keeps the sandbox', async () => {
    const around = 42;
    const error = await engine.execute(sandbox, () => around).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TruthoundError);
    expect((error as Error).message).toContain('the function uses "around" from around it');
    await expect(engine.execute(sandbox, (value: unknown) => value, (() => 1) as unknown)).rejects.toThrow(
      'functions cannot cross',
    );
    expect(sandbox.isAlive).toBe(true);
  });

  it('W-16 carries what a plugin threw with its class, code, cause and place', async () => {
    const error = await engine
      .execute(sandbox, () => {
        const cause = new TypeError('no number', { cause: new RangeError('below') });
        throw Object.assign(new Error('failed', { cause }), { code: 'E_OWN' });
      })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PluginExecutionError);
    expect(error).toMatchObject({
      remoteName: 'Error',
      remoteCode: 'E_OWN',
      cause: { remoteName: 'TypeError', cause: { remoteName: 'RangeError' } },
    });
    expect((error as Error).stack).toContain('sandboxed-function.js');
  });

  it('W-19 keeps nothing of a sandbox that was terminated, and measures one that was not', async () => {
    const first = await engine.createSandbox('first', PROCESS_POLICY);
    await engine.execute(first, () => {
      for (let index = 0; index < 1e7; index += 1);
    });
    const usage = await first.resourceUsage();
    expect(usage.memoryMb).toBeGreaterThan(10);
    expect(usage.cpuSeconds).toBeGreaterThan(0);
    const scratch = await engine.execute(first, () => process.cwd());
    expect(existsSync(scratch)).toBe(true);
    await engine.terminate(first);
    expect(existsSync(scratch)).toBe(false);
  });

  it('W-20 runs every part of a plugin in its guest: import, activate, exports, deactivate', async () => {
    const plugin = join(folder, 'plugin');
    mkdirSync(plugin);
    writeFileSync(join(plugin, 'package.json'), '{"type":"module","exports":"./index.js"}');
    writeFileSync(
      join(plugin, 'index.js'),
      `const pids = [process.pid];
       export const activate = () => { pids.push(process.pid); };
       export const run = () => { pids.push(process.pid); };
       export const deactivate = () => [...pids, process.pid];`,
    );
    const context = await engine.createSandbox('plugin', PROCESS_POLICY, { plugin });
    for (const name of ['activate', 'run']) await engine.execute(context, { export: name });
    const pids = await engine.execute<readonly number[]>(context, { export: 'deactivate' });
    expect(new Set(pids).size).toBe(1);
    expect(pids).toHaveLength(4);
    expect(pids).not.toContain(process.pid);
  });
});

const engines: readonly (readonly [string, () => SandboxEngine, typeof PROCESS_POLICY])[] = [
  ['NoopSandboxEngine', () => new NoopSandboxEngine(), DEVELOPMENT],
  ['ProcessSandboxEngine', () => new ProcessSandboxEngine(), PROCESS_POLICY],
];

describe.each(engines)('%s', (_name, createEngine, policy) => {
  it('W-15 runs asynchronous functions as it runs others', async () => {
    await using engine = createEngine();
    const context = await engine.createSandbox('async', policy);
    const later = async (value: number): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return value * 2;
    };
    expect(await engine.execute(context, later, 21)).toBe(42);
    expect(await engine.execute(context, (value: number) => Promise.resolve(value * 2), 21)).toBe(42);
  });

  it('W-18 does not take the plugin’s own time-out for its own', async () => {
    await using engine = createEngine();
    const context = await engine.createSandbox('own', policy);
    const error = await engine
      .execute(context, () => {
        throw new DOMException('the plugin waited too long', 'TimeoutError');
      })
      .catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(SandboxTimeoutError);
    expect((error as Error).message).toContain('the plugin waited too long');
    expect(await engine.execute(context, () => 'alive')).toBe('alive');
  });

  it('W-18 runs nothing in a sandbox that was terminated', async () => {
    await using engine = createEngine();
    const context = await engine.createSandbox('ended', policy);
    await engine.terminate(context);
    await expect(engine.execute(context, () => 1)).rejects.toThrow('takes no more calls');
    expect(context.isAlive).toBe(false);
  });
});

describe('without isolation', () => {
  it('W-17 says that a call which does not yield cannot be stopped', async () => {
    await using engine = new NoopSandboxEngine();
    const context = await engine.createSandbox('noop', DEVELOPMENT);
    expect(engine.isolationLevel).toBe(IsolationLevel.NONE);
    expect(context.enforcement.wallTime.status).toBe('partial');
    expect(context.enforcement.wallTime.detail).toContain('does not yield cannot be stopped');
    expect(context.enforcement.fileRead.status).not.toBe('enforced');
  });
});

describe('limits', () => {
  it.each([0, -1, NaN])(
    'W-21 of %d are refused by name: there is no way to say "no limit" by accident',
    (limit) => {
      for (const name of ['maxMemoryMb', 'maxCpuPercent', 'maxExecutionTimeSec', 'maxFileDescriptors'])
        expect(() => createPolicy({ [name]: limit })).toThrow(name);
    },
  );

  it('W-21 of Infinity are none', async () => {
    const policy = createPolicy({ base: DEVELOPMENT, maxExecutionTimeSec: Infinity });
    await using engine = new NoopSandboxEngine();
    expect(await engine.execute(await engine.createSandbox('free', policy), () => 1)).toBe(1);
  });
});
