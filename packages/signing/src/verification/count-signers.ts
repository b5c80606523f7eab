import { ALGORITHMS } from '../algorithms.ts';
import type { Candidate } from './verification-run.ts';

/**
 * How many different parties signed: the most signatures that can be chosen with no key and no signer twice.
 *
 * Counting key ids, signature bytes or signers alone has let one party pass for many in several systems. All secrets together
 * count once: whoever can check an HMAC could have made it.
 */
export function countDistinctSigners(candidates: readonly Candidate[]): number {
  const keysBySigner = new Map<string, Set<string>>();
  for (const { statement, key } of candidates) {
    if (statement === undefined || key === undefined) continue;
    const material = ALGORITHMS[statement.signer.algorithm].isShared ? 'shared secret' : key.keyId;
    const keys = keysBySigner.get(statement.signer.id) ?? new Set();
    keysBySigner.set(statement.signer.id, keys.add(material));
  }
  const takenBy = new Map<string, string>();
  return [...keysBySigner.keys()].filter((signer) => assignKey(signer, keysBySigner, takenBy, new Set()))
    .length;
}

/** One augmenting step of a bipartite matching: gives `signer` a key of its own, moving others where that helps. */
function assignKey(
  signer: string,
  keysBySigner: ReadonlyMap<string, ReadonlySet<string>>,
  takenBy: Map<string, string>,
  tried: Set<string>,
): boolean {
  for (const key of keysBySigner.get(signer) ?? []) {
    if (tried.has(key)) continue;
    tried.add(key);
    const owner = takenBy.get(key);
    if (owner === undefined || assignKey(owner, keysBySigner, takenBy, tried)) {
      takenBy.set(key, signer);
      return true;
    }
  }
  return false;
}
