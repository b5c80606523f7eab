import type { ResolvablePlugin } from '@truthound/protocols';
import { type DependencyGraph, storageOf } from '../dependency-graph.ts';
import { type UninstallOrder, findUnloaded, orderInstallation, orderUninstallation } from './local-order.ts';
import type { ResolutionResult } from './resolution-result.ts';
import { resolveInstalled } from './resolve-installed.ts';

/** How strict a resolver is. */
export interface DependencyResolverOptions {
  /** A missing plugin, a conflict or a circle fails the whole resolution. When false, only the plugins concerned are left out. @defaultValue true */
  readonly strict?: boolean;
  /** Optional plugins may be absent, or installed in a version that does not fit. @defaultValue true */
  readonly allowMissingOptional?: boolean;
}

/** Whether one plugin can be loaded now. */
export interface LoadCheck {
  readonly canLoad: boolean;
  /** Ids that it needs, directly or not, and that are not loaded in a version that fits; sorted. */
  readonly missing: readonly string[];
}

/** Checks an installed set of plugins, one version of each. To choose among versions: {@link solve}. */
export class DependencyResolver {
  readonly #strict: boolean;
  readonly #allowMissingOptional: boolean;

  constructor(options: DependencyResolverOptions = {}) {
    this.#strict = options.strict ?? true;
    this.#allowMissingOptional = options.allowMissingOptional ?? true;
  }

  /**
   * Looks at everything at once: the result lists all that is missing, all conflicts and all circles.
   *
   * @throws ValidationError when a plugin or a dependency is not of the right type.
   */
  resolve(infos: Iterable<ResolvablePlugin>): ResolutionResult {
    return resolveInstalled(infos, {
      strict: this.#strict,
      allowMissingOptional: this.#allowMissingOptional,
    });
  }

  /**
   * Whether all that a plugin requires, at any depth, is in `loaded` and fits.
   * A plugin that is not in the graph is itself what is missing.
   */
  canLoad(pluginId: string, graph: DependencyGraph, loaded: Iterable<string>): LoadCheck {
    const missing = findUnloaded(storageOf(graph), pluginId, new Set(loaded), this.#allowMissingOptional);
    return Object.freeze({ canLoad: missing.length === 0, missing });
  }

  /**
   * These plugins and all that they require, dependencies first. What goes on elsewhere in the graph does not matter.
   *
   * @throws PluginNotFoundError when one of `ids` is not in the graph.
   * @throws MissingDependencyError when something required is not.
   * @throws DependencyCycleError when they require one another in a circle.
   */
  getInstallOrder(ids: Iterable<string>, graph: DependencyGraph): readonly string[] {
    return orderInstallation(storageOf(graph), ids);
  }

  /**
   * These plugins in an order in which they can go, dependents first, and who would break.
   * With `force` those go as well. Works in a circle too: what is broken must be removable.
   *
   * @throws PluginNotFoundError when one of `ids` is not in the graph.
   */
  getUninstallOrder(
    ids: Iterable<string>,
    graph: DependencyGraph,
    options: {
      /** @defaultValue false */
      readonly force?: boolean;
    } = {},
  ): UninstallOrder {
    return orderUninstallation(storageOf(graph), ids, options.force ?? false);
  }
}
