import type { DependencyType, PluginDependency, VersionRequirement } from '@truthound/protocols';
import type { AddNodeOptions } from '../graph-options.ts';
import { assertText, refuse } from '../graph/declaration.ts';
import { ANY, typeOf } from '../graph/edge-kind.ts';
import type { GraphStorage, NodeMetadata } from '../graph/graph-storage.ts';
import { listLinks, listPresentIds } from '../graph/node-links.ts';
import { TO_DEPENDENCIES } from '../graph/reachability.ts';

/** A graph as JSON data. Lists rather than objects with ids as keys, sorted by id: equal graphs give equal text. */
export interface DependencyGraphJson {
  readonly formatVersion: 1;
  readonly nodes: readonly {
    readonly id: string;
    readonly version: string;
    readonly dependencies: readonly {
      readonly id: string;
      readonly type: DependencyType;
      /** The versions that are accepted, as text. */
      readonly range?: string;
    }[];
    readonly metadata: NodeMetadata;
  }[];
}

/** How a graph is read back. */
export interface FromJsonOptions {
  /** Turns the text of a range into something that judges versions. Needed when the graph has ranges. */
  readonly parseRequirement?: (range: string) => VersionRequirement;
}

/** See {@link DependencyGraph.toJSON}. */
export function writeJson(storage: GraphStorage): DependencyGraphJson {
  const nodes = listPresentIds(storage).map((id) => {
    const slot = storage.knownSlotOf(id);
    return {
      id,
      version: storage.presentVersion(slot),
      dependencies: listLinks(storage, id, TO_DEPENDENCIES, ANY).map(
        ({ id: dependencyId, kind, requirement }) => ({
          id: dependencyId,
          type: typeOf(kind),
          ...(requirement === undefined ? {} : { range: requirement.toString() }),
        }),
      ),
      metadata: storage.metadata(slot),
    };
  });
  return { formatVersion: 1, nodes };
}

const SUBJECT = 'dependency graph data';

function fieldsOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse(SUBJECT, path, 'must be an object');
  return value as Readonly<Record<string, unknown>>;
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(SUBJECT, path, 'must be an array');
  return value;
}

/**
 * What JSON data holds, as nodes to add.
 *
 * @throws ValidationError naming the place that is wrong, also for a range when there is no `parseRequirement`: it is never dropped.
 */
export function readJson(data: unknown, options: FromJsonOptions): readonly AddNodeOptions[] {
  const { formatVersion, nodes } = fieldsOf(data, '');
  if (formatVersion !== 1) refuse(SUBJECT, 'formatVersion', `must be 1, not ${String(formatVersion)}`);
  const seen = new Set<string>();
  return listOf(nodes, 'nodes').map((node, index): AddNodeOptions => {
    const path = `nodes[${String(index)}]`;
    const { id, version, dependencies, metadata } = fieldsOf(node, path);
    assertText(id, SUBJECT, `${path}.id`);
    assertText(version, SUBJECT, `${path}.version`);
    if (seen.has(id)) refuse(SUBJECT, `${path}.id`, `${JSON.stringify(id)} is given twice`);
    seen.add(id);
    const read = listOf(dependencies, `${path}.dependencies`).map((each, at) =>
      readDependency(each, `${path}.dependencies[${String(at)}]`, options),
    );
    return {
      pluginId: id,
      version,
      dependencies: Object.fromEntries(read),
      metadata: metadata === undefined ? {} : fieldsOf(metadata, `${path}.metadata`),
    };
  });
}

function readDependency(
  value: unknown,
  path: string,
  { parseRequirement }: FromJsonOptions,
): readonly [string, PluginDependency] {
  const { id, type, range } = fieldsOf(value, path);
  assertText(id, SUBJECT, `${path}.id`);
  // The type is checked where every declaration is: when the node is added.
  if (range === undefined) return [id, type as DependencyType];
  assertText(range, SUBJECT, `${path}.range`);
  if (parseRequirement === undefined) {
    refuse(
      SUBJECT,
      `${path}.range`,
      'needs the option parseRequirement, such as parseConstraint of @truthound/versioning',
    );
  }
  return [id, { type: type as DependencyType, version: parseRequirement(range) }];
}
