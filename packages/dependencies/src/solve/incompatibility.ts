import type { EdgeKind } from '../graph/edge-kind.ts';
import type { CandidatePool, StateSet } from './candidate-pool.ts';
import { itemAt } from '../graph/element-at.ts';

/** A fact that was given: what the caller, a candidate or the lock says. */
export interface Fact {
  readonly type: 'requirement' | 'dependency' | 'lock';
  /** Whose dependency it is; `undefined` for the caller's own. */
  readonly from: number | undefined;
  /** For which candidates of `from` it holds. */
  readonly fromStates: StateSet;
  readonly to: number;
  /** The range, or the locked version, as text; `undefined` for any version. */
  readonly range: string | undefined;
  readonly kind: EdgeKind;
  readonly accepted: StateSet;
}

/** Where an incompatibility comes from: a fact, or two others that together imply it. */
export type Cause =
  { readonly fact: Fact } | { readonly first: Incompatibility; readonly second: Incompatibility };

/** "These plugins are never all in these states": never true in any solution. */
export interface Incompatibility {
  /** Numbers of plugins, in step with `sets`. */
  readonly plugins: readonly number[];
  readonly sets: readonly StateSet[];
  readonly cause: Cause;
}

/** Collects terms: the states of one plugin that is named twice are those in both; a term that always holds says nothing. */
export function createIncompatibility(
  pool: CandidatePool,
  terms: Iterable<readonly [number, StateSet]>,
  cause: Cause,
): Incompatibility {
  const merged = new Map<number, StateSet>();
  for (const [plugin, set] of terms) merged.set(plugin, (merged.get(plugin) ?? pool.entry(plugin).all) & set);
  const plugins: number[] = [];
  const sets: StateSet[] = [];
  for (const [plugin, set] of merged) {
    if (set === pool.entry(plugin).all) continue;
    plugins.push(plugin);
    sets.push(set);
  }
  return { plugins, sets, cause };
}

/** The states that an incompatibility allows to a plugin that it names. */
export function setFor({ plugins, sets }: Incompatibility, plugin: number): StateSet {
  return itemAt(sets, plugins.indexOf(plugin));
}

/**
 * The rule of resolution. If not (X and p ∈ A), and not (Y and p ∈ B), then not (X and Y and p ∈ A ∪ B):
 * whichever of the two sets p is in, one of the premises is broken.
 */
export function resolveOn(
  pool: CandidatePool,
  plugin: number,
  first: Incompatibility,
  second: Incompatibility,
): Incompatibility {
  const terms: (readonly [number, StateSet])[] = [];
  for (const { plugins, sets } of [first, second]) {
    plugins.forEach((each, at) => {
      if (each !== plugin) terms.push([each, itemAt(sets, at)]);
    });
  }
  terms.push([plugin, setFor(first, plugin) | setFor(second, plugin)]);
  return createIncompatibility(pool, terms, { first, second });
}
