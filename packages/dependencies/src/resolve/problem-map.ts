import type { CyclicGroup } from '../cycles/cycle-report.ts';
import { sortedIds } from '../graph/code-unit-order.ts';
import { REQUIRED } from '../graph/edge-kind.ts';
import type { GraphStorage } from '../graph/graph-storage.ts';
import { TO_DEPENDENCIES, TO_DEPENDENTS, listNeighbours, walk } from '../graph/reachability.ts';
import type { DuplicateConflict, MissingDependency, VersionConflict } from './resolution-result.ts';

/** Why plugins cannot be loaded: for each id, the reasons of its own. */
export class ProblemMap {
  readonly #messages = new Map<string, string[]>();

  /** Ids that have a problem of their own, sorted. */
  ids(): readonly string[] {
    return sortedIds(this.#messages.keys());
  }

  messagesOf(id: string): readonly string[] {
    return this.#messages.get(id) ?? [];
  }

  addMissing(missing: readonly MissingDependency[]): void {
    for (const { pluginId, message } of missing) this.#add(pluginId, message);
  }

  /** A conflict is the problem of those who are not content with the installed version, not of the plugin itself. */
  addConflicts(conflicts: readonly VersionConflict[]): void {
    for (const { demands, message } of conflicts) {
      for (const { requiredBy, isSatisfied } of demands) if (!isSatisfied) this.#add(requiredBy, message);
    }
  }

  addDuplicates(duplicates: readonly DuplicateConflict[]): void {
    for (const { pluginId, message } of duplicates) this.#add(pluginId, message);
  }

  addCycles(groups: readonly CyclicGroup[]): void {
    for (const { members, shortest } of groups) {
      const size = members.length > shortest.length - 1 ? `, in a group of ${String(members.length)}` : '';
      const message = `plugins require one another in a circle${size}: ${shorten(shortest).join(' → ')}; make one of these dependencies optional or remove it`;
      for (const member of members) this.#add(member, message);
    }
  }

  #add(id: string, message: string): void {
    const messages = this.#messages.get(id);
    if (messages === undefined) this.#messages.set(id, [message]);
    else messages.push(message);
  }
}

/**
 * Every plugin that cannot be loaded: those that have a problem, and all that require one of them.
 *
 * @returns by id, the required dependencies that cannot be loaded either, sorted; none when all reasons are its own.
 */
export function spreadProblems(
  storage: GraphStorage,
  problems: ProblemMap,
): ReadonlyMap<string, readonly string[]> {
  const starts = problems.ids().map((id) => storage.knownSlotOf(id));
  const blocked = walk(storage, starts, TO_DEPENDENTS, REQUIRED);
  const blockedBy = new Map<string, readonly string[]>();
  for (const slot of blocked) {
    const below = listNeighbours(storage, slot, TO_DEPENDENCIES, REQUIRED).filter((each) =>
      blocked.has(each),
    );
    blockedBy.set(storage.id(slot), sortedIds(below.map((each) => storage.id(each))));
  }
  return blockedBy;
}

const MAX_SHOWN = 12;

/** A chain short enough to read: its middle is only counted when it is long. */
export function shorten(chain: readonly string[]): readonly string[] {
  if (chain.length <= MAX_SHOWN) return chain;
  const half = MAX_SHOWN / 2;
  return [...chain.slice(0, half), `(${String(chain.length - 2 * half)} more)`, ...chain.slice(-half)];
}
