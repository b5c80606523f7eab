import fs from 'node:fs';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LockdownPlan } from '../../src/kernel/lockdown-plan.ts';
import { NODE_READ_PATHS } from '../../src/kernel/node-read-paths.ts';
import { SCRATCH_FILES_PER_LOCKDOWN, openScratchFile } from '../../src/kernel/scratch-file.ts';
import { GuestBench } from './guest-bench.ts';
import { listGuestNodes, listGuestUsers } from './guest-nodes.ts';

// Each test starts a Node of its own, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SOURCES = new URL('../..', import.meta.url).pathname;
const REFUSED = /^(?:EPERM|EACCES|ENOSYS|EAFNOSUPPORT|ERR_DLOPEN_FAILED|EXDEV)$/;

const FFI_ERROR = `(() => {
  try { process.getBuiltinModule('node:ffi').dlopen(null, {}); return 'opened'; } catch (error) { return error.code; }
})()`;

/** The permission model with everything allowed: what is refused, the kernel refuses. */
const OPEN_PERMISSIONS = [
  '--permission',
  '--allow-fs-read=*',
  '--allow-fs-write=*',
  '--allow-child-process',
  '--allow-addons',
  '--allow-net',
  '--allow-ffi',
  '--allow-inspector',
];

const isSupported = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
const ways = listGuestNodes().flatMap((node) => [
  ...(node.hasFfi ? [{ ...node, runner: 'ffi' as const }] : []),
  { ...node, runner: 'native' as const },
]);

describe.skipIf(!isSupported).each(ways)('a guest on Node $version, locked down by $runner', (node) => {
  const { runner } = node;

  describe.each(listGuestUsers())('as $name', ({ uid }) => {
    let bench: GuestBench;
    let plan: LockdownPlan;

    beforeAll(async () => {
      bench = await GuestBench.create();
      plan = {
        dieWithParent: true,
        dropCapabilities: true,
        limits: { additionalDescriptors: 40, fileSizeBytes: 1_000_000, memoryBytes: 256 * 2 ** 20 },
        files: {
          readPaths: [bench.paths.readable, SOURCES],
          systemReadPaths: NODE_READ_PATHS,
          writePaths: [bench.paths.writable],
          denyTcp: true,
        },
        syscalls: {
          deniedSyscalls: ['fork', 'vfork', 'clone', 'execve', 'execveat'],
          allowNetwork: false,
          allowSubprocess: false,
        },
      };
    });
    afterAll(() => bench[Symbol.asyncDispose]());

    it('reports every layer as standing', async () => {
      const { report } = await bench.run(node, { runner, plan, acts: [] }, { uid });
      const failed = report.steps.filter(({ step, ok }) => !ok && step !== 'drop-ffi');
      expect(failed).toEqual([]);
      expect(Object.entries(report.layers).filter(([, stands]) => !stands)).toEqual([['ffiDropped', false]]);
    });

    it.runIf(runner === 'ffi')('gives up FFI where the permission model can take it', async () => {
      const run = { runner, plan, acts: [], then: FFI_ERROR };
      const { report, evaluated } = await bench.run(node, run, { uid, flags: OPEN_PERMISSIONS });
      expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
      expect(report.layers.ffiDropped).toBe(true);
      expect(evaluated).toBe('ERR_ACCESS_DENIED');
    });

    it.runIf(runner === 'native')('needs no right to write where the host passes scratch files', async () => {
      const owner = uid === undefined ? {} : { owner: { uid, gid: uid } };
      const inherited = Array.from({ length: SCRATCH_FILES_PER_LOCKDOWN }, () => openScratchFile(owner));
      const request = { runner, plan, acts: [], scratchFiles: [3, 4, 5] } as const;
      const flags = ['--permission', '--allow-addons', `--allow-fs-read=${SOURCES}*`];
      const { report } = await bench.run(node, request, { uid, flags, inherited });
      for (const descriptor of inherited) fs.closeSync(descriptor);
      expect(report.layers).toMatchObject({ files: true, syscalls: true, memory: true, scope: true });
    });

    it('fails whatever leads out, and changes nothing outside', async () => {
      const before = bench.outsideState();
      const { hostile } = await bench.run(node, { runner, plan, acts: ['hostile'] }, { uid });
      expect(Object.entries(hostile!).filter(([, outcome]) => !REFUSED.test(outcome))).toEqual([]);
      expect(bench.outsideState()).toEqual(before);
    });

    it.runIf(uid === undefined)('would let all of that happen without a lockdown', async () => {
      await using unprotected = await GuestBench.create();
      const { hostile } = await unprotected.run(node, { runner, plan: {}, acts: ['hostile'] });
      expect(Object.entries(hostile!).filter(([, outcome]) => REFUSED.test(outcome))).toEqual([]);
    });

    it.runIf(runner === 'ffi')('fails raw system calls that lead out', async () => {
      const { raw } = await bench.run(node, { runner, plan, acts: ['raw'] }, { uid });
      expect(Object.entries(raw!).filter(([, outcome]) => !REFUSED.test(outcome))).toEqual([]);
    });

    it('leaves ordinary work alone', async () => {
      const { ordinary } = await bench.run(node, { runner, plan, acts: ['ordinary'] }, { uid });
      expect(Object.entries(ordinary!).filter(([, outcome]) => outcome !== 'true')).toEqual([]);
    });
  });
});
