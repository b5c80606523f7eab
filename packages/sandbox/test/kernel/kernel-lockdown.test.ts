import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LockdownPlan } from '../../src/kernel/lockdown-plan.ts';
import { NODE_READ_PATHS } from '../../src/kernel/node-read-paths.ts';
import { GuestBench } from './guest-bench.ts';
import { listGuestNodes, listGuestUsers } from './guest-nodes.ts';

const SOURCES = new URL('../..', import.meta.url).pathname;
const REFUSED = /^(?:EPERM|EACCES|ENOSYS|EAFNOSUPPORT|ERR_DLOPEN_FAILED|EXDEV)$/;

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

const nodes = listGuestNodes().filter(({ hasFfi }) => hasFfi);
const isLinux = process.platform === 'linux';

describe.skipIf(!isLinux || nodes.length === 0).each(nodes)(
  'a guest on Node $version, locked down through node:ffi',
  (node) => {
    describe.each(listGuestUsers())('as $name', ({ uid }) => {
      let bench: GuestBench;
      let plan: LockdownPlan;

      beforeAll(async () => {
        bench = await GuestBench.create();
        plan = {
          limits: { additionalDescriptors: 40, fileSizeBytes: 1_000_000, memoryBytes: 256 * 2 ** 20 },
          files: {
            readPaths: [bench.paths.readable, SOURCES, ...NODE_READ_PATHS],
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

      it('reports every layer as standing, and gives up FFI', async () => {
        const { report } = await bench.run(
          node,
          { runner: 'ffi', plan, acts: [] },
          { uid, flags: OPEN_PERMISSIONS },
        );
        expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
        expect(Object.entries(report.layers).filter(([, stands]) => !stands)).toEqual([]);
      });

      it('fails whatever leads out, and changes nothing outside', async () => {
        const before = bench.outsideState();
        const { hostile } = await bench.run(node, { runner: 'ffi', plan, acts: ['hostile'] }, { uid });
        expect(Object.entries(hostile!).filter(([, outcome]) => !REFUSED.test(outcome))).toEqual([]);
        expect(bench.outsideState()).toEqual(before);
      });

      it.runIf(process.getuid?.() === 0 && uid === undefined)(
        'would let all of that happen without a lockdown',
        async () => {
          await using unprotected = await GuestBench.create();
          const { hostile } = await unprotected.run(node, { runner: 'ffi', plan: {}, acts: ['hostile'] });
          expect(Object.entries(hostile!).filter(([, outcome]) => REFUSED.test(outcome))).toEqual([]);
        },
      );

      it('fails raw system calls that lead out', async () => {
        const { raw } = await bench.run(
          node,
          { runner: 'ffi', plan: { ...plan, keepFfi: true }, acts: ['raw'] },
          { uid },
        );
        expect(Object.entries(raw!).filter(([, outcome]) => !REFUSED.test(outcome))).toEqual([]);
      });

      it('leaves ordinary work alone', async () => {
        const { ordinary } = await bench.run(node, { runner: 'ffi', plan, acts: ['ordinary'] }, { uid });
        expect(Object.entries(ordinary!).filter(([, outcome]) => outcome !== 'true')).toEqual([]);
      });
    });
  },
);
