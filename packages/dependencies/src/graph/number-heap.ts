import { itemAt } from './element-at.ts';
/** A binary heap: hands out the smallest number first. */
export class NumberHeap {
  readonly #items: number[] = [];

  push(value: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = itemAt(items, parent);
      if (above <= value) break;
      items[at] = above;
      at = parent;
    }
    items[at] = value;
  }

  /** The smallest number, taken out; `undefined` when there is none. */
  pop(): number | undefined {
    const items = this.#items;
    const smallest = items[0];
    const value = items.pop();
    if (value === undefined || items.length === 0) return smallest;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && itemAt(items, child + 1) < itemAt(items, child)) child += 1;
      const below = itemAt(items, child);
      if (below >= value) break;
      items[at] = below;
      at = child;
    }
    items[at] = value;
    return smallest;
  }
}
