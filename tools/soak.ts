/**
 * Runs hosts with real, signed plugins that are called all the time, injects faults on a seeded schedule, kills hosts
 * and starts them again, and counts what became of every call and of everything that a host holds.
 *
 *   npm run soak -- [--minutes N] [--seed S]
 *
 * Prints a report as text, and as JSON on the last line. Exits with 1 when something is not as it must be.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type LedgerReport, readLedger } from './soak/call-ledger.ts';
import { findStateFaults } from './soak/check-state.ts';
import { killContainerUnderCall } from './soak/container-kill.ts';
import { FAULTS } from './soak/faults.ts';
import { type Holdings, childrenOf } from './soak/holdings.ts';
import type { HostMessage, HostTask } from './soak/host.ts';
import { createSoakFolder, publishPlugin, removeSoakFolder } from './soak/soak-folder.ts';
import { setup as buildGuest } from './vitest-guest.ts';

const PLUGIN_IDS = ['alpha', 'beta', 'gamma'];
const START_MS = 240_000;
const LAST_HOST_MS = 25_000;
const GUESTS_GONE_MS = 30_000;
/** What a heap may keep: caches that fill in the first minute. */
const HEAP_MB = 40;

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 30);
const seed = Number(values.seed ?? Date.now() & 0x7fff_ffff);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run soak -- [--minutes N] [--seed S]');
  process.exit(2);
}

const NO_CALLS: LedgerReport = { calls: 0, answered: 0, failed: {}, cutOff: 0, lost: 0, doubled: 0 };
const report = {
  seed,
  minutes,
  hosts: 0,
  ledger: NO_CALLS,
  faults: {} as Record<string, number>,
  skipped: [] as string[],
  before: undefined as Holdings | undefined,
  after: undefined as Holdings | undefined,
  problems: [] as string[],
};

const removeGuest = await buildGuest();
const folder = await createSoakFolder();
try {
  if (!folder.hasSmallDisk) report.skipped.push('full disk: no small disk can be mounted here');
  const { skipped, problem } = await killContainerUnderCall();
  if (skipped !== undefined) report.skipped.push(skipped);
  if (problem !== undefined) report.problems.push(problem);
  const privateKey = readFileSync(folder.keyFile, 'utf8');
  for (const id of PLUGIN_IDS) await publishPlugin(folder.plugins, id, '1.0.0', privateKey);
  await runHosts(performance.now() + minutes * 60_000);
} finally {
  await removeSoakFolder(folder);
  removeGuest();
}
print();
if (report.problems.length > 0) process.exitCode = 1;

async function runHosts(endMs: number): Promise<void> {
  for (let isLast = false; !isLast;) {
    const generation = (report.hosts += 1);
    const hostSeed = seed + generation;
    const [lifeMs = 0] = fc.sample(fc.integer({ min: 15_000, max: 90_000 }), { seed: hostSeed, numRuns: 1 });
    const leftMs = endMs - performance.now() - LAST_HOST_MS;
    isLast = generation > 1 && leftMs < 15_000;
    const ledgerFile = join(folder.root, `ledger-${generation}`);
    const schedule = fc.sample(fc.tuple(fc.constantFrom(...Object.keys(FAULTS)), fc.nat()), {
      seed: hostSeed,
      numRuns: 2_000,
    });
    await using host = await startHost({ folder, pluginIds: PLUGIN_IDS, ledgerFile, schedule, generation });
    if (isLast) {
      await setTimeout(Math.max(endMs - performance.now(), LAST_HOST_MS / 2));
      await host.end();
    } else {
      await setTimeout(Math.max(Math.min(lifeMs, leftMs), 10_000));
      await host.kill();
    }
    addLedger(readLedger(ledgerFile, !isLast));
    report.problems.push(
      ...(await findStateFaults(folder)).map((fault) => `after host ${generation}: ${fault}`),
    );
  }
  const { before, after, ledger } = report;
  if (ledger.lost > 0 || ledger.doubled > 0) report.problems.push('calls were lost or doubled');
  if (ledger.answered === 0) report.problems.push('no call was answered');
  if (before === undefined || after === undefined) report.problems.push('the last host did not take stock');
  else {
    for (const key of ['processes', 'descriptors', 'listeners', 'scratchFolders'] as const)
      if (after[key] > before[key])
        report.problems.push(`${key}: ${before[key]} before, ${after[key]} after`);
    if (after.heapMb > before.heapMb + HEAP_MB)
      report.problems.push(`heap: ${before.heapMb} MB before, ${after.heapMb} MB after`);
  }
  const left = readdirSync(folder.scratch);
  if (left.length > 0) report.problems.push(`left in the scratch folder: ${left.join(', ')}`);
}

interface RunningHost extends AsyncDisposable {
  end(): Promise<void>;
  kill(): Promise<void>;
}

async function startHost(task: HostTask): Promise<RunningHost> {
  const clock = join(import.meta.dirname, 'soak', 'skewed-clock.ts');
  const child = fork(join(import.meta.dirname, 'soak', 'host.ts'), [JSON.stringify(task)], {
    execArgv: ['--conditions=@truthound/source', '--expose-gc', '--import', clock],
    env: { ...process.env, TMPDIR: folder.scratch },
  });
  const exited = once(child, 'exit');
  let setReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (setReady = resolve));
  child.on('message', (message: HostMessage) => {
    if (message.type === 'ready') setReady();
    if (message.type === 'ended') ({ before: report.before, after: report.after } = message);
    if (message.type === 'fault') {
      report.faults[message.name] = (report.faults[message.name] ?? 0) + 1;
      if (message.problem !== undefined) report.problems.push(message.problem);
    }
  });
  await Promise.race([ready, exited, setTimeout(START_MS, undefined, { ref: false })]);
  if (child.exitCode !== null) report.problems.push(`a host ended by itself with ${child.exitCode}`);
  return {
    async end() {
      if (child.connected) child.send('stop');
      const [code, signal] = (await exited) as [number | null, string | null];
      if (code !== 0) report.problems.push(`the last host ended with ${code ?? signal ?? ''}`);
    },
    async kill() {
      const guests = childrenOf(child.pid ?? 0);
      const wasAlive = child.kill('SIGKILL');
      if (!wasAlive) report.problems.push('a host was gone before it was killed');
      await exited;
      await expectGone(guests);
    },
    [Symbol.asyncDispose]: () => dispose(child),
  };
}

async function dispose(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'))
    await once(child, 'exit');
}

async function expectGone(pids: readonly number[]): Promise<void> {
  const end = performance.now() + GUESTS_GONE_MS;
  let left = pids;
  while (left.length > 0 && performance.now() < end) {
    left = left.filter(isAlive);
    await setTimeout(100);
  }
  if (left.length > 0) report.problems.push(`${left.length} guests outlived their host`);
}

function isAlive(pid: number): boolean {
  try {
    // One that ended and was not yet collected runs nothing.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function addLedger({ failed, ...counts }: LedgerReport): void {
  for (const [code, count] of Object.entries(failed))
    report.ledger.failed[code] = (report.ledger.failed[code] ?? 0) + count;
  for (const key of ['calls', 'answered', 'cutOff', 'lost', 'doubled'] as const)
    report.ledger[key] += counts[key];
}

function print(): void {
  const { ledger, before, after } = report;
  console.log(`seed ${seed}, ${minutes} minutes, ${report.hosts} hosts`);
  console.log(
    `calls: ${ledger.calls}, answered ${ledger.answered}, cut off with their host ${ledger.cutOff}, lost ${ledger.lost}, doubled ${ledger.doubled}`,
  );
  console.log(`failed: ${JSON.stringify(ledger.failed)}`);
  console.log(`faults: ${JSON.stringify(report.faults)}`);
  console.log(`before: ${JSON.stringify(before)}\nafter:  ${JSON.stringify(after)}`);
  for (const each of report.skipped) console.log(`skipped: ${each}`);
  for (const each of report.problems) console.log(`PROBLEM: ${each}`);
  console.log(JSON.stringify(report));
}
