/**
 * Which plugins must be loaded before which, and whether what is installed fits together.
 *
 * @module
 */
import { DependencyResolver, type ResolutionResult } from '@truthound/dependencies';
import {
  DependencyCycleError,
  DependencyError,
  DependencyType,
  MissingDependencyError,
  type PluginManifest,
  type ResolvablePlugin,
  VersionConflictError,
  type VersionRequirement,
} from '@truthound/protocols';

/** Reads a range as the manifest writes it. */
export type ParseRange = (text: string) => VersionRequirement;

/** How strictly plugins must fit together. */
export interface ResolutionOptions {
  readonly strict: boolean;
  readonly allowMissingOptional: boolean;
  readonly parseRange: ParseRange;
}

/** A manifest as the resolver takes it. */
export function toResolvable(manifest: PluginManifest, parseRange: ParseRange): ResolvablePlugin {
  const dependencies = Object.entries(manifest.dependencies).map(
    ([id, { range, type }]) => [id, { type, version: parseRange(range) }] as const,
  );
  return { id: manifest.id, version: manifest.version, dependencies: Object.fromEntries(dependencies) };
}

/** The order for one plugin and what it needs, and what is wrong with them. */
export interface PluginOrder {
  /** Everything it needs, dependencies first, then itself; those of one batch can be loaded at the same time. */
  readonly batches: readonly (readonly string[])[];
  readonly problems: readonly DependencyError[];
}

export class PluginResolution {
  readonly #result: ResolutionResult;

  constructor(
    manifests: readonly PluginManifest[],
    { strict, allowMissingOptional, parseRange }: ResolutionOptions,
  ) {
    const resolver = new DependencyResolver({ strict, allowMissingOptional });
    this.#result = resolver.resolve(manifests.map((manifest) => toResolvable(manifest, parseRange)));
  }

  get result(): ResolutionResult {
    return this.#result;
  }

  /** The order in which to load `pluginId` and its dependencies. */
  orderOf(pluginId: string): PluginOrder {
    const closure = new Set([
      pluginId,
      ...this.#result.graph.getDependencies(pluginId, { recursive: true, includeOptional: true }),
    ]);
    const problems = this.#problemsAmong(closure);
    if (problems.some((problem) => problem instanceof DependencyCycleError)) return { batches: [], problems };
    const installed = (id: string): boolean => closure.has(id) && this.#result.graph.hasNode(id);
    return {
      batches: this.#batches()
        .map((batch) => batch.filter(installed))
        .filter((batch) => batch.length > 0),
      problems,
    };
  }

  /** Ids that declare a dependency on `pluginId`, directly or further up. */
  dependentsOf(pluginId: string): readonly string[] {
    return this.#result.graph.getDependents(pluginId, { recursive: true });
  }

  /** All plugins, dependencies first. */
  #batches(): readonly (readonly string[])[] {
    return this.#result.graph.getLoadBatches();
  }

  #problemsAmong(ids: ReadonlySet<string>): readonly DependencyError[] {
    const { missing, conflicts, cycles } = this.#result;
    return [
      ...missing.filter(({ pluginId }) => ids.has(pluginId)).map((each) => new MissingDependencyError(each)),
      ...conflicts
        .filter(({ pluginId }) => ids.has(pluginId))
        .map((conflict) =>
          conflict.type === 'version'
            ? new VersionConflictError({
                dependencyId: conflict.pluginId,
                installedVersion: conflict.installedVersion,
                requirements: conflict.demands.filter(({ requiredBy }) => ids.has(requiredBy)),
              })
            : new DependencyError(conflict.message),
        ),
      ...cycles
        .filter((cycle) => cycle.some((id) => ids.has(id)))
        .map((cycle) => new DependencyCycleError({ cycle })),
    ];
  }
}

/** The dependencies of a manifest that count while it runs. */
export function runtimeDependencies(manifest: PluginManifest): readonly string[] {
  return Object.entries(manifest.dependencies)
    .filter(([, { type }]) => type !== DependencyType.DEV)
    .map(([id]) => id);
}
