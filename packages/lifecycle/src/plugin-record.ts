import {
  type LifecyclePlugin,
  LifecycleState,
  type LifecycleTransition,
  PluginNotFoundError,
} from '@truthound/protocols';
import { assertTransition } from './transitions.ts';
import { TransitionHistory } from './transition-history.ts';

/** What the lifecycle knows of one plugin. */
export class PluginRecord {
  readonly history: TransitionHistory;
  /** What runs at each step; replaced when another version is registered. */
  plugin: LifecyclePlugin;
  /** What put it into `ERROR` last. */
  lastError: Error | undefined;
  #state: LifecycleState = LifecycleState.DISCOVERED;
  #isForgotten = false;

  constructor(plugin: LifecyclePlugin, maxHistory: number) {
    this.plugin = plugin;
    this.history = new TransitionHistory(maxHistory);
  }

  get state(): LifecycleState {
    return this.#state;
  }

  get isForgotten(): boolean {
    return this.#isForgotten;
  }

  /** From now on no move is recorded, and those under way stop at their next turn. */
  forget(): void {
    this.#isForgotten = true;
  }

  /** @throws PluginNotFoundError when it was removed. */
  assertKnown(): void {
    if (this.#isForgotten) {
      throw new PluginNotFoundError({
        pluginId: this.plugin.id,
        hint: 'it was removed while it was to be moved; register it again',
      });
    }
  }

  /** The one place where a state changes. Keeps the move in the history. */
  enter(transition: Omit<LifecycleTransition, 'pluginId' | 'fromState'>): LifecycleTransition {
    const { toState } = transition;
    assertTransition(this.plugin.id, this.#state, toState);
    const entry = { ...transition, pluginId: this.plugin.id, fromState: this.#state };
    this.#state = toState;
    this.lastError = transition.error;
    this.history.add(entry);
    return entry;
  }
}
