import type { DependencyType } from '@truthound/protocols';
import type { DependencyGraph } from '../dependency-graph.ts';

/** A plugin that another one declares, and that is not installed. */
export interface MissingDependency {
  readonly pluginId: string;
  readonly dependencyId: string;
  /** `'optional'` is listed only where missing optional plugins are not allowed. */
  readonly type: DependencyType;
  /** The versions that would do, as text; `undefined` when any would. */
  readonly range: string | undefined;
  /** From a plugin that nothing depends on down to the missing one. */
  readonly chain: readonly string[];
  readonly message: string;
}

/** What one plugin accepts of another. */
export interface RangeDemand {
  readonly requiredBy: string;
  readonly range: string;
  readonly isSatisfied: boolean;
  /** From a plugin that nothing depends on, over `requiredBy`, down to the plugin in question. */
  readonly chain: readonly string[];
}

/** A plugin is installed in a version that not all accept who require it. */
export interface VersionConflict {
  readonly type: 'version';
  readonly pluginId: string;
  readonly installedVersion: string;
  /** Everyone who states a range, sorted by id; at least one is not satisfied. */
  readonly demands: readonly RangeDemand[];
  readonly message: string;
}

/** Several plugins have one id. None of them is loaded, because nobody can say which is meant. */
export interface DuplicateConflict {
  readonly type: 'duplicate';
  readonly pluginId: string;
  /** As given, in the order given. */
  readonly versions: readonly string[];
  readonly message: string;
}

/** Two facts about the installed plugins that cannot both stand. */
export type DependencyConflict = VersionConflict | DuplicateConflict;

/** The answer about a set of installed plugins. Frozen. */
export interface ResolutionResult {
  /** Strict: nothing is missing, in conflict or in a circle. Not strict: always true, and `blocked` says what is left out. */
  readonly success: boolean;
  readonly graph: DependencyGraph;
  /** All plugins, dependencies first. Strict and not successful: empty. Not strict: without those in `blocked`. */
  readonly loadOrder: readonly string[];
  /** The load order in levels; those of one level can be loaded at the same time. */
  readonly loadBatches: readonly (readonly string[])[];
  readonly conflicts: readonly DependencyConflict[];
  readonly missing: readonly MissingDependency[];
  /** One shortest circle of each group of plugins that require one another, closed. */
  readonly cycles: readonly (readonly string[])[];
  /** What hinders nothing and may surprise: optional plugins that are absent, do not fit, or close a circle. */
  readonly warnings: readonly string[];
  /** Ids of the plugins that cannot be loaded, for a reason of their own or of a dependency; sorted. */
  readonly blocked: readonly string[];
  /** What this result says about one plugin, in sentences: whether it can be loaded, and every reason why not. */
  explain(id: string): string;
}

/** Companion of the interface. */
export const ResolutionResult: {
  /** The whole result as text for a terminal or a log: the order, or everything that is in the way. */
  readonly describe: (result: ResolutionResult) => string;
} = Object.freeze({
  describe: ({ loadOrder, missing, conflicts, cycles, warnings, success }: ResolutionResult): string => {
    const problems = [
      ...missing.map(({ message }) => message),
      ...conflicts.map(({ message }) => message),
      ...cycles.map((cycle) => `plugins require one another in a circle: ${cycle.join(' → ')}`),
    ];
    const head = success
      ? `${String(loadOrder.length)} plugins can be loaded: ${loadOrder.join(', ')}`
      : 'the plugins cannot be loaded together';
    return [
      head,
      ...problems.map((problem) => `problem: ${problem}`),
      ...warnings.map((warning) => `note: ${warning}`),
    ].join('\n');
  },
});
