import { compareCodeUnits, sortedIds } from './graph/code-unit-order.ts';
import { LOADING, OPTIONAL, REQUIRED } from './graph/edge-kind.ts';
import { NONE } from './graph/edge-table.ts';
import { entryOf } from './graph/element-at.ts';
import type { GraphStorage } from './graph/graph-storage.ts';
import { TO_DEPENDENCIES, TO_DEPENDENTS, listNeighbours, traceWays, walk } from './graph/reachability.ts';

/** Why a plugin is there. */
export interface WhyReport {
  readonly pluginId: string;
  /** Plugins that declare it themselves, sorted. */
  readonly directDependents: readonly string[];
  /** From each plugin that nothing depends on, one shortest chain down to this one; the plugin alone when nothing needs it. */
  readonly chains: readonly (readonly string[])[];
  /** Whether there are more such chains than the limit. */
  readonly truncated: boolean;
}

/** What happens when a plugin goes away. */
export interface ImpactReport {
  readonly pluginId: string;
  /** Plugins that cannot work without it, directly or not; sorted. */
  readonly broken: readonly string[];
  /** Plugins that keep working but lose something optional; sorted. */
  readonly degraded: readonly string[];
}

/** See {@link WhyReport}. `id` is present or mentioned; otherwise nothing is reported about it. */
export function explainPresence(storage: GraphStorage, id: string, maxChains: number): WhyReport {
  const slot = storage.slotOf(id);
  if (slot === undefined) return freezeWhy(id, [], [], false);

  const reached = traceWays(storage, [slot], TO_DEPENDENTS, LOADING);
  const roots = [...reached.keys()].filter((each) =>
    listNeighbours(storage, each, TO_DEPENDENTS, LOADING).every((above) => above === each),
  );
  // In a circle that nothing stands above, the plugin's own dependents are the best answer.
  const direct = listNeighbours(storage, slot, TO_DEPENDENTS, LOADING);
  const ends = roots.length > 0 ? roots : direct;
  ends.sort((a, b) => compareCodeUnits(storage.id(a), storage.id(b)));
  const chains = ends.slice(0, maxChains).map((end) => chainFrom(storage, reached, end));
  return freezeWhy(id, sortedIds(direct.map((each) => storage.id(each))), chains, ends.length > maxChains);
}

function chainFrom(
  storage: GraphStorage,
  reachedFrom: ReadonlyMap<number, number>,
  end: number,
): readonly string[] {
  const chain: string[] = [];
  for (let slot = end; slot !== NONE; slot = entryOf(reachedFrom, slot)) chain.push(storage.id(slot));
  return Object.freeze(chain);
}

function freezeWhy(
  pluginId: string,
  directDependents: readonly string[],
  chains: readonly (readonly string[])[],
  truncated: boolean,
): WhyReport {
  return Object.freeze({
    pluginId,
    directDependents: Object.freeze(directDependents),
    chains: Object.freeze(chains),
    truncated,
  });
}

/** See {@link ImpactReport}. */
export function findImpact(storage: GraphStorage, id: string): ImpactReport {
  const slot = storage.slotOf(id);
  const lost = slot === undefined ? new Set<number>() : walk(storage, [slot], TO_DEPENDENTS, REQUIRED);
  const degraded = new Set<number>();
  for (const each of lost) {
    for (const dependent of listNeighbours(storage, each, TO_DEPENDENTS, OPTIONAL)) {
      if (!lost.has(dependent)) degraded.add(dependent);
    }
  }
  const broken = [...lost].filter((each) => each !== slot);
  return Object.freeze({
    pluginId: id,
    broken: Object.freeze(sortedIds(broken.map((each) => storage.id(each)))),
    degraded: Object.freeze(sortedIds([...degraded].map((each) => storage.id(each)))),
  });
}

/** Dependencies (or dependents) of one plugin as sorted ids; over all levels when `recursive`. Never the plugin itself, unless it is its own. */
export function listRelated(
  storage: GraphStorage,
  id: string,
  options: {
    readonly direction: 'dependencies' | 'dependents';
    readonly kinds: number;
    readonly recursive: boolean;
  },
): readonly string[] {
  const slot = storage.slotOf(id);
  if (slot === undefined) return Object.freeze([]);
  const direction = options.direction === 'dependencies' ? TO_DEPENDENCIES : TO_DEPENDENTS;
  const direct = listNeighbours(storage, slot, direction, options.kinds);
  const related = options.recursive ? [...walk(storage, direct, direction, options.kinds)] : direct;
  return Object.freeze(related.map((each) => storage.id(each)).sort());
}
