import type { PluginInstance, PluginState, PluginStateVersions, PreparedPlugin } from '@truthound/protocols';
import { assertHealthy } from './assert-healthy.ts';
import type { ReloadEnvironment } from './reload-environment.ts';
import { discard, runStep, warn } from './reload-steps.ts';
import { assertStateAccepted } from './state-versions.ts';

type HandedOver = { readonly state: PluginState | undefined } | undefined;

/** Asks an instance for its state. One that answers only after the limit goes back to work with what it gave. */
function askForState(
  environment: ReloadEnvironment,
  instance: PluginInstance,
): Promise<PluginState | undefined> {
  const goBackToWork = (previousState: PluginState | undefined): void => {
    instance.activate({ previousState }).catch((error: unknown) => {
      warn(environment, environment.attempt.failure('state', error));
    });
  };
  return runStep(environment, 'state', (signal) => instance.dispose({ signal }), goBackToWork);
}

function activateWith(
  environment: ReloadEnvironment,
  instance: PluginInstance,
  previousState: PluginState | undefined,
): Promise<void> {
  return runStep(environment, 'state', (signal) => instance.activate({ previousState, signal }));
}

/** One instance of the old version and the one that takes its place. */
export class Replacement {
  readonly previous: PluginInstance;
  readonly next: PluginInstance;
  /** What `previous` gave up; `undefined` while it still has its state. */
  #handedOver: HandedOver;

  private constructor(previous: PluginInstance, next: PluginInstance) {
    this.previous = previous;
    this.next = next;
  }

  /** Starts the new instance in its own sandbox; the old one serves on. */
  static async start(
    environment: ReloadEnvironment,
    prepared: PreparedPlugin,
    previous: PluginInstance,
  ): Promise<Replacement> {
    const next = await runStep(
      environment,
      'start',
      (signal) => prepared.start({ signal }),
      (late) => void discard(environment, late),
    );
    return new Replacement(previous, next);
  }

  /** Activates the new instance with the state that was handed over, if any, and asks for its health. */
  async activate(environment: ReloadEnvironment): Promise<void> {
    const { next } = this;
    const previousState = this.#handedOver?.state;
    await runStep(environment, 'start', (signal) => next.activate({ previousState, signal }));
    await assertHealthy(environment, next, 'health');
  }

  /** Moves the state of the old instance, which must be idle, to the new one. */
  async handOver(environment: ReloadEnvironment, accepted: PluginStateVersions): Promise<void> {
    const state = await askForState(environment, this.previous);
    this.#handedOver = { state };
    if (state !== undefined) assertStateAccepted(environment.attempt, state.version, accepted);
    await this.activate(environment);
  }

  /** Whether the old instance gave up its state and must get one back before it can serve. */
  get hasHandedOver(): boolean {
    return this.#handedOver !== undefined;
  }

  /** Gives the old instance its own state back. */
  async reactivatePrevious(environment: ReloadEnvironment): Promise<void> {
    if (this.#handedOver === undefined) return;
    await this.#activatePrevious(environment, this.#handedOver.state);
  }

  /**
   * Moves the state back to the old instance: what the new one has by now where it can be had and the old
   * version can read it, else the state as it was handed over.
   * @throws ReloadError when the old instance does not come back; the new one then has its state again.
   */
  async handBack(environment: ReloadEnvironment, accepted: PluginStateVersions): Promise<void> {
    const current = await this.#takeStateOfNext(environment);
    const isReadable = current !== undefined && accepted.accepts.includes(current.version);
    if (!isReadable) {
      const why = `what ${this.next.version} changed in the state since it took over is lost: `;
      const detail = current === undefined ? 'it gave none back' : `${this.previous.version} cannot read it`;
      warn(environment, environment.attempt.error('state', why + detail));
    }
    try {
      await this.#activatePrevious(environment, isReadable ? current : this.#handedOver?.state);
    } catch (error) {
      if (current !== undefined) await this.#reactivateNext(environment, current);
      throw error;
    }
  }

  async #activatePrevious(
    environment: ReloadEnvironment,
    previousState: PluginState | undefined,
  ): Promise<void> {
    await activateWith(environment, this.previous, previousState);
    this.#handedOver = undefined;
  }

  async #reactivateNext(environment: ReloadEnvironment, state: PluginState): Promise<void> {
    try {
      await activateWith(environment, this.next, state);
    } catch (error) {
      environment.attempt.isBroken ||= this.next.isAlive;
      throw error;
    }
  }

  async #takeStateOfNext(environment: ReloadEnvironment): Promise<PluginState | undefined> {
    if (!this.next.isAlive || !this.next.hasState) return undefined;
    try {
      return await askForState(environment, this.next);
    } catch {
      return undefined;
    }
  }
}
