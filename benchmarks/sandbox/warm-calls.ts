/** Warm calls: one after the other, and 64 at a time. */
import { type Peer, type PeerKind } from './peers.ts';
import { cpuMsWith } from './process-cpu.ts';
import { type Spread, median, spreadOf } from './statistics.ts';

export interface CallResult {
  readonly name: string;
  /** Milliseconds a call. */
  readonly wall: Spread;
  /** CPU of both sides, milliseconds a call. */
  readonly cpuMs: number;
  /** Against the first contender: the median of the rounds' own ratios. */
  readonly wallRatio: number;
  readonly cpuRatio: number;
}

export interface CallLoad {
  readonly value: unknown;
  readonly calls: number;
  readonly inFlight: number;
  readonly rounds: number;
}

async function runCalls(peer: Peer, { value, calls, inFlight }: CallLoad): Promise<void> {
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started < calls) {
      started += 1;
      await peer.echo(value);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

/** All contenders in turn, round by round, each round starting with another. */
export async function measureCalls(
  kinds: readonly PeerKind[],
  load: CallLoad,
): Promise<readonly CallResult[]> {
  const peers = await Promise.all(kinds.map(({ start }) => start()));
  const walls = kinds.map((): number[] => []);
  const cpus = kinds.map((): number[] => []);
  for (const peer of peers) await runCalls(peer, load);
  for (let round = 0; round < load.rounds; round += 1) {
    for (let turn = 0; turn < peers.length; turn += 1) {
      const index = (turn + round) % peers.length;
      const peer = peers[index];
      if (peer === undefined) continue;
      const cpuBefore = cpuMsWith(peer.pid);
      const before = performance.now();
      await runCalls(peer, load);
      walls[index]?.push((performance.now() - before) / load.calls);
      cpus[index]?.push((cpuMsWith(peer.pid) - cpuBefore) / load.calls);
    }
  }
  await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
  const ratio = (own: readonly number[], first: readonly number[]): number =>
    median(own.map((time, round) => time / (first[round] ?? Number.NaN)));
  return kinds.map(({ name }, index) => ({
    name,
    wall: spreadOf(walls[index] ?? []),
    cpuMs: median(cpus[index] ?? []),
    wallRatio: ratio(walls[index] ?? [], walls[0] ?? []),
    cpuRatio: ratio(cpus[index] ?? [], cpus[0] ?? []),
  }));
}
