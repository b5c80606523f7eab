import type { LifecycleEvent, LifecycleState } from './lifecycle-state.ts';
import type { Unsubscribe } from './subscription.ts';

/** What a plugin's own step gets: when to stop, and what the caller of `transition` said. */
export interface LifecycleStepContext {
  readonly signal: AbortSignal;
  readonly metadata: Readonly<Record<string, unknown>>;
}

type LifecycleStep = (context: LifecycleStepContext) => void | Promise<void>;

/** A plugin as the lifecycle sees it: a name and what to run at each step. A step that throws puts it into `ERROR`. */
export interface LifecyclePlugin {
  readonly id: string;
  readonly version?: string | undefined;
  /** Runs in `LOADING`. */
  readonly load?: LifecycleStep;
  /** Runs in `ACTIVATING`. */
  readonly activate?: LifecycleStep;
  /** Runs in `DEACTIVATING`. */
  readonly deactivate?: LifecycleStep;
  /** Runs in `UNLOADING`. */
  readonly unload?: LifecycleStep;
}

/** How a move is made. */
export interface TransitionOptions {
  readonly toState: LifecycleState;
  /** Plain data for the history and for handlers. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** One move, as the history keeps it. */
export interface LifecycleTransition {
  readonly pluginId: string;
  readonly fromState: LifecycleState;
  readonly toState: LifecycleState;
  readonly timestamp: Date;
  /** How long the plugin's own step took, where one ran. */
  readonly durationMs: number | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly error: Error | undefined;
}

/** What a handler learns beside the plugin and the event. */
export interface LifecycleEventData {
  readonly fromState: LifecycleState;
  readonly toState: LifecycleState;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly timestamp: Date;
  readonly durationMs: number | undefined;
  /** With `ON_ERROR`: what failed. */
  readonly error: Error | undefined;
}

/** A before-handler answers this to stop the move. */
export interface LifecycleVeto {
  readonly veto: string;
}

/**
 * Listens to one event. Handlers may be asynchronous and are awaited in the order they were added.
 * Only before-handlers can stop a move: by answering a {@link LifecycleVeto} or by throwing.
 */
export type LifecycleHandler = (
  plugin: LifecyclePlugin,
  event: LifecycleEvent,
  data: LifecycleEventData,
) => unknown;

/** Moves plugins between states. What hot reload and the manager need of the lifecycle. */
export interface LifecycleController {
  register(plugin: LifecyclePlugin): void;
  /** The state of a registered plugin; `UNLOADED` for one that is not known. */
  getState(pluginId: string): LifecycleState;
  /**
   * Walks to `toState` by the shortest legal path and answers true. Called from inside a move that it would have
   * to wait for, it is queued behind that move, and answers true at once.
   * @throws InvalidTransitionError where no path leads there or a handler refuses; what the plugin's own step threw.
   */
  transition(plugin: Pick<LifecyclePlugin, 'id'>, options: TransitionOptions): Promise<boolean>;
  /** Records a failure that happened outside a move (a crash) and fires `ON_ERROR`. */
  transitionToError(
    plugin: Pick<LifecyclePlugin, 'id'>,
    options: { readonly error: Error; readonly metadata?: Readonly<Record<string, unknown>> },
  ): Promise<boolean>;
  getHistory(pluginId: string, options?: { readonly limit?: number }): readonly LifecycleTransition[];
  getPluginsInState(state: LifecycleState): readonly string[];
  on(event: LifecycleEvent, handler: LifecycleHandler): Unsubscribe;
  off(event: LifecycleEvent, handler: LifecycleHandler): boolean;
  /** Forgets a plugin. Answers whether it was known. */
  remove(pluginId: string): boolean;
}
