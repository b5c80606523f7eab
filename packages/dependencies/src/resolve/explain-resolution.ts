import { entryOf } from '../graph/element-at.ts';
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
  /** By id of a plugin that cannot be loaded, its required dependencies that cannot either. */
  readonly blockedBy: ReadonlyMap<string, readonly string[]>;
  /** The version of a plugin that was resolved. */
  readonly versionOf: (id: string) => string | undefined;
  readonly batches: readonly (readonly string[])[];
  readonly warnings: readonly PluginWarning[];
  readonly missing: readonly MissingDependency[];
}

/** The sentences of {@link ResolutionResult.explain}. */
export function explainPlugin(id: string, facts: ResolutionFacts): string {
  const version = facts.versionOf(id);
  if (version === undefined) return explainAbsent(id, facts.missing);
  const lines = facts.blockedBy.has(id)
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

/** More causes than this are counted and not printed. */
const MAX_CAUSES = 10;

/** Every plugin below `id` that has a problem of its own, nearest first, with the chain of requirements to it. */
function explainBlocked(
  id: string,
  version: string,
  { blockedBy, problems }: ResolutionFacts,
): readonly string[] {
  const lines = [`plugin "${id}" ${version} cannot be loaded`];
  const reachedFrom = new Map<string, string | undefined>([[id, undefined]]);
  let causes = 0;
  for (const reached of reachedFrom.keys()) {
    const messages = problems.messagesOf(reached);
    if (messages.length > 0) causes += 1;
    if (messages.length > 0 && causes <= MAX_CAUSES) {
      if (reached !== id)
        lines.push(`it requires "${reached}" (${chainTo(reached, reachedFrom)}), which cannot be loaded`);
      for (const message of messages) lines.push(`  because ${message}`);
    }
    for (const below of entryOf(blockedBy, reached)) {
      if (!reachedFrom.has(below)) reachedFrom.set(below, reached);
    }
  }
  if (causes > MAX_CAUSES)
    lines.push(`and ${String(causes - MAX_CAUSES)} more plugins below it cannot be loaded`);
  return lines;
}

function chainTo(end: string, reachedFrom: ReadonlyMap<string, string | undefined>): string {
  const chain: string[] = [];
  for (let id: string | undefined = end; id !== undefined; id = reachedFrom.get(id)) chain.push(id);
  return shorten(chain.reverse()).join(' → ');
}
