/**
 * What a sandbox costs, beside other ways to run somebody else's code: `npm run bench -- sandbox`, or
 * `npx nx build sandbox && node benchmarks/sandbox/run.ts [--quick]`. It measures the built package, because that is what
 * starts fast or does not.
 */
import type { Comparison, Figure } from '../harness/figures.ts';
import { runSuite } from '../harness/run-suite.ts';
import { measureFirstCalls } from './first-calls.ts';
import { measureCpuShare, measureIdleMemory, measureKillDelay } from './footprint.ts';
import { FORK_ADVANCED, FORK_JSON, PEERS, type PeerKind } from './peers.ts';
import { type CallLoad, measureCalls } from './warm-calls.ts';

/** About a hundred bytes of JSON, with the types that calls usually have. */
const ROW = { id: 123_456, name: 'a'.repeat(30), tags: ['x', 'y'], isOpen: true, price: 1.5, note: null };
const rows = (count: number): readonly unknown[] =>
  Array.from({ length: count }, (_, id) => structuredClone({ ...ROW, id }));

/** Ten kilobytes with types that JSON loses. */
const RICH = {
  rows: Array.from({ length: 90 }, (_, id) => ({
    ...structuredClone(ROW),
    id,
    at: new Date(id),
    gone: undefined,
  })),
  byName: new Map([['a', 1n]]),
};

const perCall = PEERS.filter(({ name }) => name !== 'spawn per call');
const spawner = PEERS.filter(({ name }) => name === 'spawn per call');
const withBytes: readonly PeerKind[] = [
  FORK_ADVANCED,
  ...PEERS.filter((kind) => kind.takesBytes && kind !== FORK_ADVANCED),
];

/** Those that keep every structured type. */
const cloning = withBytes;

interface Plan extends CallLoad {
  readonly kinds: readonly PeerKind[];
}

const PLANS: readonly Plan[] = [
  {
    title: 'a call with 100 B',
    kinds: perCall,
    value: ROW,
    calls: 300,
    inFlight: 1,
    rounds: 41,
    why: 'Threads and QuickJS share the host’s memory: nothing crosses between processes. They confine less, or run less.',
  },
  {
    title: 'a call with 10 kB',
    kinds: perCall,
    value: rows(100),
    calls: 50,
    inFlight: 1,
    rounds: 31,
    why: 'Every value is checked on its way in: `fork` hands over what `JSON.parse` made of a stranger’s text.',
  },
  {
    title: 'a call with 10 kB that JSON cannot say (Dates and a Map)',
    kinds: cloning,
    value: RICH,
    calls: 50,
    inFlight: 1,
    rounds: 31,
    why: 'The structured clone of the others is native, and copies whatever the other side built.',
  },
  {
    title: 'a call with 1 MB',
    kinds: perCall,
    value: rows(10_000),
    calls: 2,
    inFlight: 1,
    rounds: 11,
    why: 'As with 10 kB: checking every value.',
  },
  {
    title: 'a call with a Buffer of 10 MB',
    kinds: withBytes,
    value: Buffer.alloc(1e7, 7),
    calls: 2,
    inFlight: 1,
    rounds: 15,
    why: 'Threads copy within one memory; between processes the bytes cross the kernel.',
  },
  {
    title: 'a call with 100 B, 64 in flight',
    kinds: perCall,
    value: ROW,
    calls: 3000,
    inFlight: 64,
    rounds: 25,
  },
  {
    title: 'a call with 100 B, a process for each',
    kinds: [FORK_JSON, ...spawner],
    value: ROW,
    calls: 1,
    inFlight: 1,
    rounds: 11,
  },
];

await runSuite(async ({ isQuick, rounds }) => {
  const comparisons: Comparison[] = [];
  for (const { kinds, ...load } of PLANS)
    comparisons.push(await measureCalls(kinds, { ...load, rounds: rounds(load.rounds) }));
  for (const files of [1, 20, 200]) comparisons.push(await measureFirstCalls(files, rounds(15)));
  comparisons.push(await measureIdleMemory(4));

  const figures: Figure[] = [];
  for (const asked of [25, 50]) {
    const { measuredPercent, hostPercent } = await measureCpuShare(asked, isQuick ? 1 : 5);
    figures.push(
      { what: `CPU of an endless guest that may have ${String(asked)} %`, value: measuredPercent, unit: '%' },
      { what: `CPU of the host that watches that guest (${String(asked)} %)`, value: hostPercent, unit: '%' },
    );
  }
  const delay = await measureKillDelay(rounds(11));
  figures.push({ what: 'an endless guest is gone, after its time', value: delay.median, unit: 'ms' });

  return {
    title: 'What a sandbox costs',
    method:
      'Only the sandbox confines what it runs. `fork`, `worker_threads` and `piscina` give the code all rights of the host; QuickJS isolates, and has neither Node’s API nor its speed for larger data.',
    comparisons,
    figures,
  };
});
