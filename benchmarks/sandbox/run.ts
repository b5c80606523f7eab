/**
 * Measures the built `@truthound/sandbox` beside other ways to run somebody else's code. Writes
 * `RESULTS.md` and `results.json` beside this file. `node sandbox/run.ts quick` takes a few rounds only
 * and prints instead.
 */
import { writeFileSync } from 'node:fs';
import { measureFirstCalls } from './first-calls.ts';
import { measureCpuShare, measureIdleMemory, measureKillDelay } from './footprint.ts';
import { FORK_ADVANCED, FORK_JSON, PEERS, type PeerKind } from './peers.ts';
import { type CallTable, type SandboxResults, toMarkdown } from './report.ts';
import { type CallLoad, measureCalls } from './warm-calls.ts';

const isQuick = process.argv.includes('quick');
const rounds = (full: number): number => (isQuick ? 3 : full);

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
  readonly title: string;
  readonly kinds: readonly PeerKind[];
}

const PLANS: readonly Plan[] = [
  { title: '100 B', kinds: perCall, value: ROW, calls: 300, inFlight: 1, rounds: rounds(41) },
  { title: '10 kB', kinds: perCall, value: rows(100), calls: 50, inFlight: 1, rounds: rounds(31) },
  {
    title: '10 kB that JSON cannot say (Dates and a Map)',
    kinds: cloning,
    value: RICH,
    calls: 50,
    inFlight: 1,
    rounds: rounds(31),
  },
  { title: '1 MB', kinds: perCall, value: rows(10_000), calls: 2, inFlight: 1, rounds: rounds(11) },
  {
    title: 'a Buffer of 10 MB',
    kinds: withBytes,
    value: Buffer.alloc(1e7, 7),
    calls: 2,
    inFlight: 1,
    rounds: rounds(15),
  },
  { title: '100 B, 64 in flight', kinds: perCall, value: ROW, calls: 3000, inFlight: 64, rounds: rounds(25) },
  {
    title: '100 B, a process for each call',
    kinds: [FORK_JSON, ...spawner],
    value: ROW,
    calls: 1,
    inFlight: 1,
    rounds: rounds(11),
  },
];

const calls: CallTable[] = [];
for (const { title, kinds, ...load } of PLANS)
  calls.push({ title, results: await measureCalls(kinds, load) });

const firstCalls = [];
for (const files of [1, 20, 200]) firstCalls.push(...(await measureFirstCalls(files, rounds(15))));

const cpu = [];
for (const asked of [25, 50]) cpu.push(await measureCpuShare(asked, isQuick ? 1 : 5));

const results: SandboxResults = {
  calls,
  firstCalls,
  idleMemory: await measureIdleMemory(4),
  cpu,
  killDelayMs: await measureKillDelay(rounds(11)),
};
if (isQuick) console.log(toMarkdown(results));
else {
  writeFileSync(new URL('RESULTS.md', import.meta.url), toMarkdown(results));
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
  console.log('written: sandbox/RESULTS.md, sandbox/results.json');
}
