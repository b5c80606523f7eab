/**
 * Which plugins must be loaded before which, and whether what is installed fits together.
 *
 * @module
 */
import type {
  DependencyConflict,
  DependencyResolver,
  DependencyResolverOptions,
  ResolutionResult,
} from '@truthound/dependencies';
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

/** Makes what judges whether plugins fit together, and in which order. */
export type CreateResolver = (options: DependencyResolverOptions) => Pick<DependencyResolver, 'resolve'>;

/** How strictly plugins must fit together. */
export interface ResolutionOptions {
  readonly strict: boolean;
  readonly allowMissingOptional: boolean;
  readonly parseRange: ParseRange;
  readonly createResolver: CreateResolver;
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
  readonly #plugins: readonly ResolvablePlugin[];
  readonly #result: ResolutionResult;
  readonly #createResolver: CreateResolver;

  constructor(
    manifests: readonly PluginManifest[],
    { strict, allowMissingOptional, parseRange, createResolver }: ResolutionOptions,
  ) {
    this.#plugins = manifests.map((manifest) => toResolvable(manifest, parseRange));
    this.#createResolver = createResolver;
    this.#result = createResolver({ strict, allowMissingOptional }).resolve(this.#plugins);
  }

  get result(): ResolutionResult {
    return this.#result;
  }

  /** The order in which to load `pluginId` and its dependencies. What is wrong elsewhere does not matter to it. */
  orderOf(pluginId: string): PluginOrder {
    const related = this.#result.graph.getDependencies(pluginId, { recursive: true, includeOptional: true });
    const closure = new Set([pluginId, ...related]);
    return { batches: this.#orderAmong(closure).loadBatches, problems: this.#problemsAmong(closure) };
  }

  /** Ids that declare a dependency on `pluginId`, directly or further up. */
  dependentsOf(pluginId: string): readonly string[] {
    return this.#result.graph.getDependents(pluginId, { recursive: true });
  }

  /** `pluginId` and all that it cannot do without. */
  requiredClosureOf(pluginId: string): ReadonlySet<string> {
    return new Set([pluginId, ...this.#result.graph.getDependencies(pluginId, { recursive: true })]);
  }

  /** What a plugin names itself, as far as it is here and counts while it runs. */
  directDependenciesOf(pluginId: string): readonly { readonly id: string; readonly isRequired: boolean }[] {
    const required = this.#result.graph.getDependencies(pluginId);
    const all = this.#result.graph.getDependencies(pluginId, { includeOptional: true });
    return all.map((id) => ({ id, isRequired: required.includes(id) }));
  }

  /** Dependencies before dependents; those that no order is possible for come last. */
  loadOrderOf(ids: readonly string[]): readonly string[] {
    const { loadOrder } = this.#orderAmong(new Set(ids));
    const ordered = new Set(loadOrder);
    return [...loadOrder, ...ids.filter((id) => !ordered.has(id))];
  }

  /** Dependents before what they depend on. */
  unloadOrderOf(ids: readonly string[]): readonly string[] {
    const { loadOrder } = this.#orderAmong(new Set(ids));
    const rest = ids.filter((id) => !loadOrder.includes(id));
    return [...rest, ...loadOrder.toReversed()];
  }

  /** The order of some plugins among themselves; nothing is left out for want of another. */
  #orderAmong(ids: ReadonlySet<string>): ResolutionResult {
    const lenient = this.#createResolver({ strict: false, allowMissingOptional: true });
    const plugins = this.#plugins.filter(({ id }) => ids.has(id));
    // Who names one that is not here would wait for it.
    const here = new Set(plugins.map(({ id }) => id));
    const inside = plugins.map((plugin) => ({ ...plugin, dependencies: onlyAmong(plugin, here) }));
    return lenient.resolve(inside);
  }

  #problemsAmong(ids: ReadonlySet<string>): readonly DependencyError[] {
    const { missing, conflicts, cycles } = this.#result;
    return [
      ...missing.filter(({ pluginId }) => ids.has(pluginId)).map((each) => new MissingDependencyError(each)),
      ...conflicts.flatMap((conflict) => describeConflict(conflict, ids)),
      ...cycles
        .filter((cycle) => cycle.some((id) => ids.has(id)))
        .map((cycle) => new DependencyCycleError({ cycle })),
    ];
  }
}

/** A conflict concerns those whose own demand is not met, not the plugin that does not meet it. */
function describeConflict(
  conflict: DependencyConflict,
  ids: ReadonlySet<string>,
): readonly DependencyError[] {
  if (conflict.type === 'duplicate')
    return ids.has(conflict.pluginId) ? [new DependencyError(conflict.message)] : [];
  const unmet = conflict.demands.filter(({ requiredBy, isSatisfied }) => ids.has(requiredBy) && !isSatisfied);
  if (unmet.length === 0) return [];
  const { pluginId: dependencyId, installedVersion } = conflict;
  return [new VersionConflictError({ dependencyId, installedVersion, requirements: unmet })];
}

/** The dependencies of a plugin on some others, whatever their versions. */
function onlyAmong(
  { dependencies = {} }: ResolvablePlugin,
  ids: ReadonlySet<string>,
): Readonly<Record<string, DependencyType>> {
  const inside = Object.entries(dependencies).filter(([id]) => ids.has(id));
  return Object.fromEntries(inside.map(([id, kind]) => [id, typeof kind === 'string' ? kind : kind.type]));
}

/** The dependencies of a manifest that count while it runs. */
export function runtimeDependencies(manifest: PluginManifest): readonly string[] {
  return Object.entries(manifest.dependencies)
    .filter(([, { type }]) => type !== DependencyType.DEV)
    .map(([id]) => id);
}
