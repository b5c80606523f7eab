/** Warm calls: one after the other, and 64 at a time. */
import { type CompareOptions, type Contender, compare } from '../harness/compare.ts';
import { cpuMsWith } from '../harness/cpu-time.ts';
import type { Comparison } from '../harness/figures.ts';
import type { Peer, PeerKind } from './peers.ts';

export interface CallLoad extends Pick<CompareOptions, 'title' | 'rounds' | 'why' | 'hasCpu'> {
  readonly value: unknown;
  readonly calls: number;
  readonly inFlight: number;
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

/** All contenders in turn, with the CPU time of both sides. */
export async function measureCalls(kinds: readonly PeerKind[], load: CallLoad): Promise<Comparison> {
  const peers: Peer[] = [];
  const contenders: Contender[] = [];
  for (const { name, role, start } of kinds) {
    const peer = await start();
    peers.push(peer);
    contenders.push({ name, role, run: () => runCalls(peer, load), cpuMs: () => cpuMsWith(peer.pid) });
  }
  const comparison = await compare({ ...load, contenders, operations: load.calls });
  await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
  return comparison;
}
