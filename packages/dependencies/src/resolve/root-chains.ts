import { LOADING } from '../graph/edge-kind.ts';
import { NONE } from '../graph/edge-table.ts';
import { entryOf } from '../graph/element-at.ts';
import type { GraphStorage } from '../graph/graph-storage.ts';
import { TO_DEPENDENCIES, TO_DEPENDENTS, listNeighbours, traceWays } from '../graph/reachability.ts';
import { compareCodeUnits } from '../graph/code-unit-order.ts';

/** Answers, for any plugin, one shortest chain down to it from a plugin that nothing depends on. */
export class RootChains {
  readonly #storage: GraphStorage;
  #above: Map<number, number> | undefined;

  constructor(storage: GraphStorage) {
    this.#storage = storage;
  }

  /** The chain that ends with `id`, and then `rest`. */
  to(id: string, ...rest: readonly string[]): readonly string[] {
    const above = (this.#above ??= this.#search());
    const chain: string[] = [];
    let slot = this.#storage.knownSlotOf(id);
    while (slot !== NONE) {
      chain.push(this.#storage.id(slot));
      slot = entryOf(above, slot);
    }
    return Object.freeze([...chain.reverse(), ...rest]);
  }

  #search(): Map<number, number> {
    const storage = this.#storage;
    const slots = storage.presentSlots();
    slots.sort((a, b) => compareCodeUnits(storage.id(a), storage.id(b)));
    const roots = slots.filter((slot) => listNeighbours(storage, slot, TO_DEPENDENTS, LOADING).length === 0);
    const above = traceWays(storage, roots, TO_DEPENDENCIES, LOADING);
    // What no root reaches hangs below a circle: its first plugin by id stands for a root.
    for (const slot of slots) {
      if (above.has(slot)) continue;
      for (const [reached, from] of traceWays(storage, [slot], TO_DEPENDENCIES, LOADING)) {
        if (!above.has(reached)) above.set(reached, from);
      }
    }
    return above;
  }
}
