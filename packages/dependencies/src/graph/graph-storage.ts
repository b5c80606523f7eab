/**
 * Where the nodes and edges of a graph are kept.
 *
 * An id has a slot (a small number) while its plugin is present or some present plugin mentions it:
 * a dependency that is declared before, or without, its target loses nothing. Ids live in a Map, never
 * as keys of an object, so no id can collide with a built-in name.
 *
 * @module
 */
import type { Declaration } from './declaration.ts';
import { EdgeTable, NONE } from './edge-table.ts';
import { entryOf, itemAt } from './element-at.ts';

/** Anything a host wants to keep beside a plugin. */
export type NodeMetadata = Readonly<Record<string, unknown>>;

const NO_METADATA: NodeMetadata = Object.freeze({});

export class GraphStorage {
  readonly edges: EdgeTable = new EdgeTable();
  readonly #slots = new Map<string, number>();
  readonly #ids: string[] = [];
  /** `undefined`: the id is only mentioned. */
  readonly #versions: (string | undefined)[] = [];
  readonly #metadata: (NodeMetadata | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  #presentCount = 0;

  /** How many plugins are present. */
  get presentCount(): number {
    return this.#presentCount;
  }

  /** Slots in use or free: the size of an array that is indexed by slot. */
  get slotCount(): number {
    return this.#ids.length;
  }

  slotOf(id: string): number | undefined {
    return this.#slots.get(id);
  }

  id(slot: number): string {
    return itemAt(this.#ids, slot);
  }

  /** The slot of an id that is present or mentioned. */
  knownSlotOf(id: string): number {
    return entryOf(this.#slots, id);
  }

  version(slot: number): string | undefined {
    return this.#versions[slot];
  }

  /** The version of a plugin that is present. */
  presentVersion(slot: number): string {
    return itemAt(this.#versions as readonly string[], slot);
  }

  metadata(slot: number): NodeMetadata {
    return this.#metadata[slot] ?? NO_METADATA;
  }

  isPresent(slot: number): boolean {
    return this.#versions[slot] !== undefined;
  }

  /** Adds a plugin, or replaces what it declared before. Who depends on it stays. */
  put(
    id: string,
    version: string,
    metadata: NodeMetadata | undefined,
    declarations: readonly Declaration[],
  ): void {
    const slot = this.#slotFor(id);
    if (this.isPresent(slot)) this.#dropEdges(slot);
    else this.#presentCount += 1;
    this.#versions[slot] = version;
    this.#metadata[slot] = metadata;
    for (const { id: target, kind, requirement } of declarations) {
      this.edges.add(slot, this.#slotFor(target), kind, requirement);
    }
  }

  /** Removes a plugin. What others declared about it stays, and is then a dependency on something absent. */
  remove(id: string): boolean {
    const slot = this.#slots.get(id);
    if (slot === undefined || !this.isPresent(slot)) return false;
    this.#dropEdges(slot);
    this.#presentCount -= 1;
    this.#versions[slot] = undefined;
    this.#metadata[slot] = undefined;
    this.#releaseIfUnused(slot);
    return true;
  }

  /** Slots of the plugins that are present, in no meaningful order. */
  presentSlots(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.slotCount; slot += 1) if (this.isPresent(slot)) slots.push(slot);
    return slots;
  }

  #slotFor(id: string): number {
    const known = this.#slots.get(id);
    if (known !== undefined) return known;
    const slot = this.#freeSlots.pop() ?? this.#ids.length;
    this.#ids[slot] = id;
    this.#versions[slot] = undefined;
    this.#metadata[slot] = undefined;
    this.#slots.set(id, slot);
    this.edges.openSlot(slot);
    return slot;
  }

  #dropEdges(slot: number): void {
    for (const target of this.edges.removeAllFrom(slot)) if (target !== slot) this.#releaseIfUnused(target);
  }

  #releaseIfUnused(slot: number): void {
    if (this.isPresent(slot) || this.edges.firstIn(slot) !== NONE) return;
    this.#slots.delete(this.id(slot));
    this.#ids[slot] = '';
    this.#freeSlots.push(slot);
  }
}
