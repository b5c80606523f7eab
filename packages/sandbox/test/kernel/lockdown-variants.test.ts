import fs from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LockdownPlan } from '../../src/kernel/lockdown-plan.ts';
import { NETWORK_READ_PATHS, NODE_READ_PATHS } from '../../src/kernel/node-read-paths.ts';
import { GuestBench } from './guest-bench.ts';
import { listGuestNodes } from './guest-nodes.ts';

// Each test starts a Node of its own, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SOURCES = new URL('../..', import.meta.url).pathname;
const MEBIBYTE = 2 ** 20;
const isSupported = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');

/** The error's code of a statement, or `done`. */
const tried = (statement: string): string =>
  `(async () => { try { ${statement}; return 'done' } catch (error) { return error.code ?? error.message } })()`;
const module = (name: string): string => `process.getBuiltinModule('node:${name}')`;

function describeMemory({ error, used }: { readonly error?: string; readonly used: number }): string {
  const isStopped = error !== undefined && /RangeError|memory/i.test(error);
  // The limit counts reservations: the pages of one that was given back since the lockdown come on top.
  return isStopped && used < 201 ? 'stopped at 200 MB' : `${String(error)} at ${used} MB`;
}

const ways = listGuestNodes().map((node) => ({
  ...node,
  runner: node.hasFfi ? ('ffi' as const) : ('native' as const),
}));

describe.skipIf(!isSupported).each(ways)('a guest on Node $version', (node) => {
  const { runner } = node;
  let bench: GuestBench;
  let files: LockdownPlan['files'] & {};
  const syscalls = { deniedSyscalls: [], allowNetwork: false, allowSubprocess: false };

  beforeAll(async () => {
    bench = await GuestBench.create();
    files = {
      readPaths: [bench.paths.readable, SOURCES],
      systemReadPaths: ['/proc/self', ...NODE_READ_PATHS],
      writePaths: [bench.paths.writable],
      denyTcp: true,
    };
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  it('opens as many more files as it may, and no more', async () => {
    const then = `(() => {
      const fs = ${module('fs')};
      const open = [];
      try { for (;;) open.push(fs.openSync('/dev/null')); } catch (error) {
        for (const descriptor of open) fs.closeSync(descriptor);
        return [open.length, error.code];
      }
    })()`;
    const plan = { limits: { additionalDescriptors: 25 }, files, syscalls };
    const { evaluated } = await bench.run(node, { runner, plan, acts: [], then });
    const [opened, error] = evaluated as [number, string];
    // The native way may count its scratch file among the open ones, and closes it afterwards.
    expect(runner === 'ffi' ? [25] : [25, 26]).toContain(opened);
    expect(error).toBe('EMFILE');
  });

  it('writes no file larger than it may', async () => {
    const then = tried(`${module('fs')}.writeFileSync('${bench.paths.writable}/big', Buffer.alloc(100_001))`);
    const plan = { limits: { fileSizeBytes: 100_000 }, files, syscalls };
    const { evaluated } = await bench.run(node, { runner, plan, acts: [], then });
    expect(evaluated).toBe('EFBIG');
  });

  it.each([
    ['Buffers', 'kept.push(Buffer.alloc(8 * 2 ** 20, 1))'],
    ['shared buffers', 'kept.push(new Uint8Array(new SharedArrayBuffer(8 * 2 ** 20)).fill(1))'],
    [
      'WebAssembly',
      'const memory = new WebAssembly.Memory({ initial: 128, maximum: 128 }); new Uint8Array(memory.buffer).fill(1); kept.push(memory)',
    ],
  ])('takes no more memory than it may in %s', async (_, statement) => {
    const then = `(() => {
      const kept = [];
      let error;
      try { for (let round = 0; round < 60; round += 1) { ${statement} } } catch (caught) { error = String(caught) }
      const used = /RssAnon:\\s+(\\d+)/.exec(${module('fs')}.readFileSync('/proc/self/status', 'utf8'))[1] / 1024;
      kept.length = 0;
      return { error, used };
    })()`;
    const plan = { limits: { memoryBytes: 200 * MEBIBYTE }, files, syscalls };
    // Mostly the allocation throws; where the one that fails is the engine's own, the process ends.
    const outcome = await bench
      .run(node, { runner, plan, acts: [], then })
      .then(({ evaluated }) => describeMemory(evaluated as { error?: string; used: number }), String);
    expect(outcome).toMatch(/^stopped at 200 MB$|ended with SIG(?:ABRT|TRAP|SEGV)/);
  });

  it('ends when its heap would grow past the limit', async () => {
    const then = 'const kept = []; for (;;) kept.push(new Array(10_000).fill(kept.length))';
    const plan = { limits: { memoryBytes: 200 * MEBIBYTE }, files, syscalls };
    await expect(bench.run(node, { runner, plan, acts: [], then })).rejects.toThrow(
      /SIGABRT|SIGTRAP|SIGSEGV/,
    );
  });

  it.runIf(process.getuid?.() === 0)('keeps none of root’s privileges but those over files', async () => {
    const then = `${module('fs')}.readFileSync('/proc/self/status', 'utf8').match(/^Cap(?:Prm|Eff|Bnd):.*/gm)`;
    const plan = { dropCapabilities: true, files, syscalls };
    const { evaluated, report } = await bench.run(node, { runner, plan, acts: [], then });
    expect(evaluated).toEqual(['Prm', 'Eff', 'Bnd'].map((set) => `Cap${set}:\t0000000000000006`));
    expect(report.layers.capabilities).toBe(true);
  });

  it('reads nothing through a path that has become a link since it was granted', async () => {
    const link = join(bench.paths.writable, 'granted');
    fs.symlinkSync(bench.paths.outside, link);
    const read = (path: string): string => tried(`${module('fs')}.readFileSync('${path}/secret.txt')`);
    const then = `Promise.all([${read(link)}, ${read(bench.paths.outside)}])`;
    const plan = {
      files: { ...files, readPaths: [...files.readPaths, link, `${link}/secret.txt`] },
      syscalls,
    };
    const { evaluated, report } = await bench.run(node, { runner, plan, acts: [], then });
    fs.unlinkSync(link);
    expect(evaluated).toEqual(['EACCES', 'EACCES']);
    expect(report.steps.find(({ step }) => step === 'landlock')?.detail).toContain(`is a link: ${link}`);
  });

  it('reaches the network where it may, but no Unix socket and no raw one', async () => {
    const plan = {
      files: {
        ...files,
        systemReadPaths: [...files.systemReadPaths!, ...NETWORK_READ_PATHS],
        denyTcp: false,
      },
      syscalls: { ...syscalls, allowNetwork: true },
    };
    const { report, hostile } = await bench.run(node, { runner, plan, acts: ['hostile'] });
    expect(report.layers).toMatchObject({ syscalls: true, files: true, tcp: false });
    expect(hostile).toMatchObject({
      'connect by TCP': 'connected',
      'listen by TCP': 'listening',
      'send by UDP': 'sent',
      'connect to a Unix socket': 'EAFNOSUPPORT',
      'connect to an abstract socket': 'EAFNOSUPPORT',
      'listen on a Unix socket': 'EAFNOSUPPORT',
      'run a program': 'EPERM',
    });
  });

  it('runs programs where it may, in the same confinement', async () => {
    const plan = {
      files: { ...files, executePaths: ['/bin', '/usr', '/lib', '/lib64', node.path] },
      syscalls: { ...syscalls, allowSubprocess: true },
    };
    const then = `(() => {
      const { spawnSync } = ${module('child_process')};
      const run = (...command) => { const { error, status } = spawnSync(command[0], command.slice(1)); return error?.code ?? status };
      const ended = spawnSync('/bin/sleep', ['60'], { timeout: 50 }).signal;
      return [ended, run('/bin/true'), run('/bin/cat', '${bench.paths.readable}/own.txt'), run('/bin/cat', '${bench.paths.outside}/secret.txt')];
    })()`;
    const { evaluated } = await bench.run(node, { runner, plan, acts: [], then });
    expect(evaluated).toEqual(['SIGTERM', 0, 0, 1]);
  });

  it('changes no file where it may not, even inside its writable paths', async () => {
    const plan = { files, syscalls: { ...syscalls, allowFileWrite: false } };
    const at = bench.paths.writable;
    const then = `Promise.all([
      ${tried(`${module('fs')}.writeFileSync('${at}/x', '')`)},
      ${tried(`${module('fs')}.mkdirSync('${at}/folder')`)},
      ${tried(`await ${module('fs')}.promises.rename('${at}/x', '${at}/y')`)},
      ${tried(`${module('fs')}.readFileSync('${bench.paths.readable}/own.txt')`)}])`;
    const { evaluated } = await bench.run(node, { runner, plan, acts: [], then });
    expect(evaluated).toEqual(['EACCES', 'EPERM', 'EPERM', 'done']);
  });

  it('counts Landlock as absent when threads of the pool are older', async () => {
    const first = `${module('fs')}.promises.readFile('${bench.paths.readable}/own.txt')`;
    const { report } = await bench.run(node, { runner, plan: { files, syscalls }, acts: [], first });
    expect(report.layers).toMatchObject({ files: report.landlockAbi >= 8, syscalls: true });
    expect(report.steps.find(({ step }) => step === 'self-test: older threads')?.detail).toMatch(
      /threads of the pool keep/,
    );
  });

  it('reports denied names that no kernel has', async () => {
    const plan = { syscalls: { ...syscalls, deniedSyscalls: ['opne', 'statmount', 'getrandom'] } };
    const { report } = await bench.run(node, { runner, plan, acts: [] });
    expect(report).toMatchObject({
      unknownSyscalls: ['opne'],
      absentSyscalls: ['statmount'],
      layers: { syscalls: true },
    });
  });

  it.runIf(runner === 'ffi')('is narrowed later by a second plan', async () => {
    const waiting: LockdownPlan = {
      files: { ...files, readPaths: [...files.readPaths, bench.paths.outside] },
      syscalls: { ...syscalls, allowFurtherLockdown: true },
      keepFfi: true,
    };
    const narrow = { files, syscalls, limits: { memoryBytes: 256 * MEBIBYTE, additionalDescriptors: 30 } };
    const { report, narrowed, hostile } = await bench.run(node, {
      runner,
      plan: waiting,
      narrow,
      acts: ['hostile'],
    });
    expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(narrowed?.steps.filter(({ ok, step }) => !ok && step !== 'drop-ffi')).toEqual([]);
    expect(hostile).toMatchObject({ 'read a file outside': 'EACCES', 'list a folder outside': 'EACCES' });
  });
});
