import { DependencyError, LifecycleState, type PluginManifest } from '@truthound/protocols';
import type { BulkResult } from '../bulk-result.ts';
import type { PluginDirectory } from '../plugin-directory.ts';
import type { PluginRecord } from '../plugin-record.ts';
import { toError } from '../to-error.ts';
import type { PluginOperations } from './plugin-operations.ts';

/** How a plugin is loaded. */
export interface LoadOptions {
  /** @defaultValue the configuration's `autoActivate` */
  readonly activate?: boolean;
  readonly signal?: AbortSignal;
}

/** What loading needs of the manager. */
export interface LoadParts {
  readonly directory: PluginDirectory;
  readonly operations: PluginOperations;
  readonly autoActivate: boolean;
  readonly strictDependencies: boolean;
  /** Aborted when the manager is disposed. */
  readonly closing: AbortSignal;
  readonly move: (id: string, toState: LifecycleState, signal?: AbortSignal) => Promise<void>;
  /** @throws PluginHeldError */
  readonly assertMayLoad: (pluginId: string) => void;
  readonly watch: (record: PluginRecord) => Promise<void>;
  readonly warn: (pluginId: string, error: Error) => void;
  readonly onFailed: (pluginId: string, error: Error) => void;
}

/** One call of `load` that runs. */
interface LoadInProgress {
  readonly root: string;
  /** The plugin and all that it depends on. */
  readonly ids: ReadonlySet<string>;
  readonly required: ReadonlySet<string>;
  readonly controller: AbortController;
  readonly signal: AbortSignal;
  readonly activate: boolean;
  /** What it loaded so far, in order. */
  readonly begun: string[];
}

const RUNNING: readonly LifecycleState[] = [LifecycleState.ACTIVE, LifecycleState.RELOADING];

/** Loads plugins with what they depend on: all of it, or nothing. */
export class PluginLoads {
  readonly #parts: LoadParts;
  readonly #inProgress = new Set<LoadInProgress>();
  /** Loaded because the host asked for them, not for the sake of another. */
  readonly #asked = new Set<string>();

  constructor(parts: LoadParts) {
    this.#parts = parts;
  }

  /** Whether a load that runs is about the plugin, or needs it. */
  isWanted(pluginId: string): boolean {
    return [...this.#inProgress].some(({ ids }) => ids.has(pluginId));
  }

  /** Ends the loads of these plugins that run. What they had loaded for themselves goes again. */
  cancel(pluginIds: readonly string[], reason: Error): void {
    for (const load of this.#inProgress) if (pluginIds.includes(load.root)) load.controller.abort(reason);
    for (const id of pluginIds) this.#asked.delete(id);
  }

  async load(pluginId: string, options: LoadOptions = {}): Promise<void> {
    const { directory, closing, onFailed } = this.#parts;
    closing.throwIfAborted();
    directory.recordOf(pluginId);
    try {
      await this.#load(pluginId, options);
      this.#asked.add(pluginId);
    } catch (error) {
      onFailed(pluginId, toError(error));
      throw error;
    }
  }

  /** Loads every plugin as soon as what it requires is there. */
  async loadAll(options: LoadOptions = {}): Promise<BulkResult> {
    const { directory } = this.#parts;
    const { ids } = directory;
    directory.refresh(ids);
    const resolution = directory.resolution();
    const inOrder = resolution.loadOrderOf(ids);
    const results = new Map<string, Promise<void>>();
    for (const id of inOrder) {
      const before = resolution.directDependenciesOf(id);
      const load = this.#loadAfter(id, before, results, options);
      load.catch(() => undefined);
      results.set(id, load);
    }
    const settled = await Promise.allSettled(ids.map(async (id) => results.get(id)));
    const failures = settled.map((result) =>
      result.status === 'rejected' ? toError(result.reason) : undefined,
    );
    return Object.freeze({
      succeeded: Object.freeze(ids.filter((_id, index) => failures[index] === undefined)),
      failed: Object.freeze(
        failures.flatMap((error, index) =>
          error === undefined ? [] : [{ pluginId: ids[index] ?? '', error }],
        ),
      ),
    });
  }

  async #loadAfter(
    id: string,
    before: readonly { readonly id: string; readonly isRequired: boolean }[],
    results: ReadonlyMap<string, Promise<void>>,
    options: LoadOptions,
  ): Promise<void> {
    for (const dependency of before) {
      try {
        await results.get(dependency.id);
      } catch (cause) {
        if (!dependency.isRequired || !this.#parts.strictDependencies) continue;
        const reason = `plugin "${id}" was not loaded: it requires "${dependency.id}", which failed: ${toError(cause).message}`;
        const error = new DependencyError(reason, { cause });
        this.#parts.onFailed(id, error);
        throw error;
      }
    }
    await this.load(id, options);
  }

  async #load(pluginId: string, options: LoadOptions): Promise<void> {
    const { directory, closing, autoActivate } = this.#parts;
    directory.refresh([pluginId]);
    const resolution = directory.resolution();
    const { batches, problems } = resolution.orderOf(pluginId);
    this.judge(pluginId, problems);
    const controller = new AbortController();
    const signals = [controller.signal, closing, ...(options.signal === undefined ? [] : [options.signal])];
    const load: LoadInProgress = {
      root: pluginId,
      ids: new Set(batches.flat()),
      required: resolution.requiredClosureOf(pluginId),
      controller,
      signal: AbortSignal.any(signals),
      activate: options.activate ?? autoActivate,
      begun: [],
    };
    this.#inProgress.add(load);
    let failure: { readonly error: unknown } | undefined;
    try {
      for (const batch of batches) await settleAll(batch.map((id) => this.#loadOne(id, load)));
    } catch (error) {
      failure = { error };
    } finally {
      this.#inProgress.delete(load);
    }
    if (failure === undefined) return;
    for (const id of load.begun.toReversed()) await this.#undo(id);
    throw failure.error;
  }

  async #loadOne(id: string, load: LoadInProgress): Promise<void> {
    const { directory, operations, move, assertMayLoad, watch, warn } = this.#parts;
    const { signal } = load;
    try {
      await operations.run(
        id,
        async () => {
          signal.throwIfAborted();
          if (!directory.isLoaded(id)) {
            assertMayLoad(id);
            await move(id, LifecycleState.LOADED, signal);
            load.begun.push(id);
          }
          if (load.activate && !RUNNING.includes(directory.stateOf(id)))
            await move(id, LifecycleState.ACTIVE, signal);
          await watch(directory.recordOf(id));
        },
        signal,
      );
    } catch (error) {
      if (load.required.has(id)) throw error;
      warn(id, toError(error));
    }
  }

  /** Unloads what was loaded for a load that failed, unless somebody else has come to need it. */
  async #undo(id: string): Promise<void> {
    const { directory, operations, move, warn } = this.#parts;
    await operations.run(id, async () => {
      const isNeeded =
        this.#asked.has(id) ||
        this.isWanted(id) ||
        directory
          .resolution()
          .dependentsOf(id)
          .some((dependent) => directory.isLoaded(dependent));
      if (isNeeded || !directory.isLoaded(id)) return;
      await move(id, LifecycleState.UNLOADED).catch((error: unknown) => {
        warn(id, toError(error));
      });
    });
  }

  /** Refuses what does not fit together, or tells of it where the configuration is not strict. */
  judge(pluginId: string, problems: readonly DependencyError[]): void {
    const [first] = problems;
    if (first === undefined) return;
    if (!this.#parts.strictDependencies) {
      for (const error of problems) this.#parts.warn(pluginId, error);
      return;
    }
    if (problems.length === 1) throw first;
    const cause = new AggregateError(problems);
    throw new DependencyError(problems.map(({ message }) => message).join('; '), { cause });
  }

  /** A new version must fit those that depend on it, and what it depends on must be there. */
  assertReplaceable(next: PluginManifest): void {
    const { directory } = this.#parts;
    const resolution = directory.resolutionWith(next);
    const dependents = resolution.dependentsOf(next.id).filter((id) => directory.isLoaded(id));
    const problems = [next.id, ...dependents].flatMap((id) => resolution.orderOf(id).problems);
    this.judge(next.id, [...new Map(problems.map((problem) => [problem.message, problem])).values()]);
  }
}

/** Waits for all, then throws what the first of them threw: nothing goes on behind the caller's back. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
