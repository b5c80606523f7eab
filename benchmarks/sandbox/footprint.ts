/** What a sandbox costs while it does nothing, and how exactly its limits are kept. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPolicy } from '@truthound/protocols';
import { ProcessSandboxEngine } from '@truthound/sandbox';
import { comparisonOf } from '../harness/compare.ts';
import { processCpuMs } from '../harness/cpu-time.ts';
import type { Comparison } from '../harness/figures.ts';
import { type Spread, spreadOf } from '../harness/statistics.ts';
import { BENCHMARK_POLICY, FORK_JSON, SANDBOX } from './peers.ts';

/** Memory of its own and its share of what it shares (`Pss`). */
function pssMb(pid: number): number {
  const rollup = readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8');
  return (Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? Number.NaN) * 1024) / 1e6;
}

/** Memory of an idle guest after its first call, beside a bare forked child. */
export async function measureIdleMemory(count: number): Promise<Comparison> {
  const measured = [];
  for (const { name, role, start } of [FORK_JSON, SANDBOX]) {
    const peers = await Promise.all(Array.from({ length: count }, start));
    for (const peer of peers) await peer.echo(1);
    await sleep(500);
    measured.push({ name, role, values: peers.map(({ pid }) => pssMb(pid ?? 0)) });
    await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
  }
  return comparisonOf(
    'memory of an idle guest after its first call',
    'MB',
    measured,
    'A guest loads what confines it and the channel beside its plugin.',
  );
}

export interface CpuResult {
  readonly askedPercent: number;
  /** What a guest got that wanted all, over the time of the measurement. */
  readonly measuredPercent: number;
  /** What watching it cost the host, in percent of a core. */
  readonly hostPercent: number;
}

/** A guest that never yields, under a share of the CPU. */
export async function measureCpuShare(askedPercent: number, seconds: number): Promise<CpuResult> {
  await using engine = new ProcessSandboxEngine();
  const policy = createPolicy({
    base: BENCHMARK_POLICY,
    maxCpuPercent: askedPercent,
    maxExecutionTimeSec: 300,
  });
  const context = await engine.createSandbox('busy', policy);
  const pid = await engine.execute(context, () => process.pid);
  const endless = engine
    .execute(context, () => {
      for (;;);
    })
    .catch(() => undefined);
  await sleep(1000);
  const [guestBefore, hostBefore, before] = [processCpuMs(pid), process.cpuUsage(), performance.now()];
  await sleep(seconds * 1000);
  const elapsedMs = performance.now() - before;
  const { user, system } = process.cpuUsage(hostBefore);
  const measuredPercent = (100 * (processCpuMs(pid) - guestBefore)) / elapsedMs;
  await engine.terminate(context);
  await endless;
  return { askedPercent, measuredPercent, hostPercent: (user + system) / 10 / elapsedMs };
}

/** From the end of a call's time to the end of the guest that never yields, in milliseconds past the limit. */
export async function measureKillDelay(rounds: number): Promise<Spread> {
  const limitSec = 0.2;
  const delays: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await using engine = new ProcessSandboxEngine();
    const context = await engine.createSandbox('endless', BENCHMARK_POLICY);
    const gone = new Promise((resolve) => context.on('exit', resolve));
    const before = performance.now();
    const call = engine.invoke(
      context,
      () => {
        for (;;);
      },
      [],
      { timeoutSec: limitSec },
    );
    await Promise.all([gone, call.catch(() => undefined)]);
    delays.push(performance.now() - before - limitSec * 1000);
  }
  return spreadOf(delays);
}
