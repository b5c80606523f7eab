import { sortedIds } from '../graph/code-unit-order.ts';
import { type ProblemMap, shorten } from './problem-map.ts';
import type { MissingDependency } from './resolution-result.ts';

/** A warning, and the plugin that it is about. */
export interface PluginWarning {
  readonly pluginId: string;
  readonly message: string;
}

/** What {@link explainPlugin} knows of one resolution. Ids and texts only: later changes of the graph do not show. */
export interface ResolutionFacts {
  readonly problems: ProblemMap;
  /** Why each blocked plugin is: the dependency that keeps it, or itself. */
  readonly keptBy: ReadonlyMap<string, string>;
  /** Version by id, of all that were resolved. */
  readonly versions: ReadonlyMap<string, string>;
  readonly batches: readonly (readonly string[])[];
  readonly warnings: readonly PluginWarning[];
  readonly missing: readonly MissingDependency[];
}

/** The sentences of {@link ResolutionResult.explain}. */
export function explainPlugin(id: string, facts: ResolutionFacts): string {
  const version = facts.versions.get(id);
  if (version === undefined) return explainAbsent(id, facts.missing);
  const lines = facts.keptBy.has(id)
    ? explainBlocked(id, version, facts)
    : explainLoadable(id, version, facts);
  const notes = facts.warnings.filter(({ pluginId }) => pluginId === id);
  return [...lines, ...notes.map(({ message }) => `note: ${message}`)].join('\n');
}

function explainLoadable(id: string, version: string, { batches }: ResolutionFacts): readonly string[] {
  const head = `plugin "${id}" ${version} can be loaded`;
  const batch = batches.findIndex((each) => each.includes(id));
  if (batch < 0) return [`${head} once the problems of the others are solved`];
  return [`${head}, in batch ${String(batch + 1)} of ${String(batches.length)}`];
}

function explainAbsent(id: string, missing: readonly MissingDependency[]): string {
  const wantedBy = missing
    .filter(({ dependencyId }) => dependencyId === id)
    .map(({ pluginId }) => `"${pluginId}"`);
  const head = `plugin "${id}" is not installed`;
  return wantedBy.length === 0 ? head : `${head}, and needed by ${sortedIds(wantedBy).join(', ')}`;
}

function explainBlocked(
  id: string,
  version: string,
  { keptBy, problems }: ResolutionFacts,
): readonly string[] {
  const chain = [id];
  let cause = id;
  for (let next = keptBy.get(cause); next !== undefined && next !== cause; next = keptBy.get(cause)) {
    cause = next;
    chain.push(cause);
  }
  const reasons = problems.messagesOf(cause).map((message) => `because ${message}`);
  const head = `plugin "${id}" ${version} cannot be loaded`;
  if (cause === id) return [head, ...reasons];
  return [
    `${head}: it requires "${cause}" (${shorten(chain).join(' → ')}), which cannot be loaded`,
    ...reasons,
  ];
}
