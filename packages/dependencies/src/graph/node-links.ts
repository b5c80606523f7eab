import type { VersionRequirement } from '@truthound/protocols';
import { compareCodeUnits } from './code-unit-order.ts';
import type { EdgeKind } from './edge-kind.ts';
import { NONE } from './edge-table.ts';
import type { GraphStorage } from './graph-storage.ts';
import type { Direction } from './reachability.ts';

/** One edge, with the plugin at its other end. */
export interface DependencyLink {
  readonly id: string;
  readonly kind: EdgeKind;
  readonly requirement: VersionRequirement | undefined;
}

/** The edges of one plugin, sorted by the other end; none for an id that the graph does not know. */
export function listLinks(
  storage: GraphStorage,
  id: string,
  direction: Direction,
  kinds: EdgeKind,
): readonly DependencyLink[] {
  const { edges } = storage;
  const slot = storage.slotOf(id);
  const links: DependencyLink[] = [];
  let edge = slot === undefined ? NONE : direction.first(storage, slot);
  while (edge !== NONE) {
    const kind = edges.kind(edge);
    if ((kind & kinds) !== 0) {
      links.push({
        id: storage.id(direction.end(storage, edge)),
        kind,
        requirement: edges.requirement(edge),
      });
    }
    edge = direction.next(storage, edge);
  }
  return links.sort((a, b) => compareCodeUnits(a.id, b.id));
}

/** The ids of all plugins that are present, sorted. */
export function listPresentIds(storage: GraphStorage): string[] {
  return storage
    .presentSlots()
    .map((slot) => storage.id(slot))
    .sort();
}
