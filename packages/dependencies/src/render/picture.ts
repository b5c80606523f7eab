import type { DependencyType } from '@truthound/protocols';
import type { CyclicGroup } from '../cycles/cycle-report.ts';
import { sortedIds } from '../graph/code-unit-order.ts';
import { ANY, REQUIRED, typeOf } from '../graph/edge-kind.ts';
import { NONE } from '../graph/edge-table.ts';
import { entryOf } from '../graph/element-at.ts';
import type { GraphStorage } from '../graph/graph-storage.ts';
import { listLinks } from '../graph/node-links.ts';
import { TO_DEPENDENCIES } from '../graph/reachability.ts';

/** What is drawn for one plugin. */
export interface PictureNode {
  /** `n0`, `n1`, …: a name that is safe in every format. */
  readonly name: string;
  readonly id: string;
  /** `undefined`: declared by others and not installed. */
  readonly version: string | undefined;
  /** Whether it stands in a circle of required dependencies. */
  readonly isCyclic: boolean;
}

/** What is drawn for one dependency. */
export interface PictureEdge {
  readonly from: PictureNode;
  readonly to: PictureNode;
  readonly type: DependencyType;
  readonly range: string | undefined;
  /** Whether it is part of a circle of required dependencies. */
  readonly isCyclic: boolean;
}

/** A graph ready to be written down in any format; sorted by id. */
export interface Picture {
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** Collects what is to be drawn. */
export function createPicture(storage: GraphStorage, groups: readonly CyclicGroup[]): Picture {
  const groupOf = new Map<string, number>();
  groups.forEach(({ members }, group) => {
    for (const member of members) groupOf.set(member, group);
  });

  const nodes = new Map<string, PictureNode>();
  for (const id of listKnownIds(storage)) {
    const name = `n${String(nodes.size)}`;
    nodes.set(id, { name, id, version: versionOf(storage, id), isCyclic: groupOf.has(id) });
  }
  const edges = [...nodes.values()].flatMap((from) =>
    listLinks(storage, from.id, TO_DEPENDENCIES, ANY).map(({ id, kind, requirement }): PictureEdge => {
      const group = groupOf.get(from.id);
      const isCyclic = kind === REQUIRED && group !== undefined && group === groupOf.get(id);
      return {
        from,
        to: entryOf(nodes, id),
        type: typeOf(kind),
        range: requirement?.toString(),
        isCyclic,
      };
    }),
  );
  return { nodes: [...nodes.values()], edges };
}

/** Ids of all plugins, present or only mentioned; sorted. */
export function listKnownIds(storage: GraphStorage): readonly string[] {
  const ids = new Set<string>();
  for (const slot of storage.presentSlots()) {
    ids.add(storage.id(slot));
    for (let edge = storage.edges.firstOut(slot); edge !== NONE; edge = storage.edges.nextOut(edge)) {
      ids.add(storage.id(storage.edges.target(edge)));
    }
  }
  return sortedIds(ids);
}

function versionOf(storage: GraphStorage, id: string): string | undefined {
  return storage.version(storage.knownSlotOf(id));
}
