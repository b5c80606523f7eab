import {
  LifecycleState,
  type PluginInstance,
  PluginNotFoundError,
  type ReloadResult,
} from '@truthound/protocols';
import { withDeadline } from './deadline.ts';
import { HeldCalls } from './held-calls.ts';
import { watchForTakeOver } from './lifecycle-watch.ts';
import { describeError } from './reload-attempt.ts';
import type { ReloadEnvironment } from './reload-environment.ts';
import type { ReloadRequest } from './reload-request.ts';
import { createAbortedError, runCleanup, runStep, warn } from './reload-steps.ts';
import { rollOut } from './rollout.ts';
import { assertStateAccepted } from './state-versions.ts';

/** One reload of one plugin, from `ACTIVE` back to `ACTIVE`. */
export class ReloadRun {
  readonly #environment: ReloadEnvironment;
  readonly #stop = new AbortController();
  /** Aborts when another hand moved the plugin on: its state is then no longer ours to set. */
  readonly #takenOver = new AbortController();
  /** What is to be done with instances that serve no more. */
  readonly #leftBehind: (() => Promise<void>)[] = [];
  /** While the lifecycle is on its way into `RELOADING`; never rejects. */
  #entering: Promise<unknown> | undefined;
  #settle: () => void = () => undefined;
  /** Resolves once no instance that serves is touched any more. */
  readonly #settled: Promise<void>;

  /** @param request its signal ends the reload. */
  constructor(request: ReloadRequest) {
    const signal = AbortSignal.any([request.signal, this.#stop.signal]);
    this.#environment = {
      ...request,
      signal,
      calls: new HeldCalls(request),
      leaveBehind: (work) => this.#leftBehind.push(work),
    };
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Never rejects: what went wrong stands in the result. */
  async run(): Promise<ReloadResult> {
    const { attempt, lifecycle, settings, calls } = this.#environment;
    const startedAt = settings.clock.now();
    const stopWatching = watchForTakeOver(lifecycle, attempt.pluginId, (event) => this.#onTakenOver(event));
    let error: Error | undefined;
    try {
      await this.#reload();
    } catch (thrown) {
      error = attempt.failure('prepare', thrown);
    }
    this.#settle();
    const puttingToRest = Promise.all(this.#leftBehind.map((work) => work()));
    await this.#leaveReloading(error);
    if (this.#entering === undefined) calls[Symbol.dispose]();
    else void this.#leaveLate(this.#entering, error);
    stopWatching();
    await puttingToRest;
    return attempt.result(settings.clock.now() - startedAt, error);
  }

  async #reload(): Promise<void> {
    const { attempt, settings } = this.#environment;
    const instances = this.#findInstances();
    attempt.previousVersion = instances[0].version;
    if (this.#environment.signal.aborted) throw createAbortedError(this.#environment);
    for (const instance of instances) this.#environment.calls.watch(instance);
    await this.#enterReloading();

    const stateVersions = settings.loader.getStateVersions(attempt.pluginId);
    const prepared = await runStep(
      this.#environment,
      'prepare',
      (signal) => settings.loader.prepare(attempt.pluginId, { signal }),
      (late) => void this.#free(late),
    );
    attempt.newVersion = prepared.version;
    try {
      await this.#askForPermissions(prepared.widerPermissions);
      if (instances.some(({ hasState }) => hasState)) {
        assertStateAccepted(attempt, stateVersions.version, prepared.state);
      }
      await rollOut(this.#environment, { prepared, instances, stateVersions });
    } finally {
      await this.#free(prepared);
    }
  }

  #isTakenOver(): boolean {
    return this.#takenOver.signal.aborted;
  }

  #findInstances(): readonly [PluginInstance, ...PluginInstance[]] {
    const { attempt, settings } = this.#environment;
    const [first, ...others] = settings.loader.getInstances(attempt.pluginId);
    if (first !== undefined) return [first, ...others];
    throw new PluginNotFoundError({
      pluginId: attempt.pluginId,
      hint: 'no instance of it runs: load it first',
    });
  }

  async #enterReloading(): Promise<void> {
    const { attempt, lifecycle } = this.#environment;
    const { pluginId: id, strategy, previousVersion } = attempt;
    const state = lifecycle.getState(id);
    if (state !== LifecycleState.ACTIVE) {
      throw attempt.error('lifecycle', `it is "${state}", and only an active plugin can be reloaded`);
    }
    const toState = LifecycleState.RELOADING;
    const metadata = { strategy, previousVersion };
    const leaveQueue = new AbortController();
    await runStep(this.#environment, 'lifecycle', (given) => {
      const signal = AbortSignal.any([given, leaveQueue.signal]);
      const moving = lifecycle.transition({ id }, { toState, metadata, signal });
      this.#entering = settled(moving).then(() => (this.#entering = undefined));
      return moving;
    });
    // Inside another move of the plugin this one is only queued: waiting for it would be waiting for ourselves.
    if (lifecycle.getState(id) === toState) return;
    const reason = 'it was asked for from inside another move of the plugin; ask again when that is over';
    const error = attempt.error('lifecycle', reason);
    leaveQueue.abort(error);
    throw error;
  }

  async #askForPermissions(changes: readonly string[]): Promise<void> {
    if (changes.length === 0) return;
    const { attempt, settings, signal, calls } = this.#environment;
    const list = changes.map((change) => `\n  - ${change}`).join('');
    let isApproved: unknown;
    try {
      // People may take their time, but not while calls wait for the outcome.
      isApproved = await withDeadline(
        () => settings.approveWiderPermissions(attempt.pluginId, Object.freeze([...changes])),
        {
          clock: settings.clock,
          limitMs: Infinity,
          limitOption: '',
          signal: AbortSignal.any([signal, calls.unserved]),
        },
      );
    } catch (cause) {
      if (signal.aborted) throw createAbortedError(this.#environment);
      if (calls.unserved.aborted) {
        const reason = `${attempt.previousVersion} ended while approval was waited for:${list}`;
        throw attempt.error('permissions', reason);
      }
      throw attempt.error('permissions', `asking for approval failed: ${describeError(cause)}${list}`, {
        cause,
      });
    }
    if (isApproved === true) return;
    const reason = `${String(attempt.newVersion)} wants more than ${attempt.previousVersion}, and approveWiderPermissions did not approve:${list}`;
    throw attempt.error('permissions', reason);
  }

  /**
   * An abort does not wait for a lifecycle that is on its way into `RELOADING`. Once the plugin is there, nobody else
   * takes it out, holds its calls or tells of a crash.
   */
  async #leaveLate(entering: Promise<unknown>, error: Error | undefined): Promise<void> {
    await entering;
    await this.#leaveReloading(error);
    this.#environment.calls[Symbol.dispose]();
  }

  /** Tells the lifecycle how it ended, unless another hand has moved the plugin on. */
  async #leaveReloading(error: Error | undefined): Promise<void> {
    const { attempt, lifecycle, calls } = this.#environment;
    const { pluginId: id, strategy, previousVersion, newVersion, isRolledBack: rolledBack } = attempt;
    if (lifecycle.getState(id) !== LifecycleState.RELOADING) return;
    const outcome = { success: error === undefined, rolledBack, error: error?.message };
    const metadata = { strategy, previousVersion, newVersion, ...outcome };
    const giveUp = async (): Promise<void> => {
      const gone = attempt.error('bake', 'what serves ended while the reload went on');
      await lifecycle.transitionToError({ id }, { error: error ?? gone, metadata });
    };
    try {
      if (attempt.isBroken || !calls.isServed) {
        await giveUp();
        return;
      }
      const { signal } = this.#takenOver;
      await lifecycle.transition({ id }, { toState: LifecycleState.ACTIVE, metadata, signal });
      // It may have ended while the lifecycle was on its way, and then it was still ours to tell.
      if (calls.isHolding && lifecycle.getState(id) === LifecycleState.ACTIVE) await giveUp();
    } catch (cause) {
      if (!this.#isTakenOver()) warn(this.#environment, attempt.failure('lifecycle', cause));
    }
  }

  async #onTakenOver(event: string): Promise<void> {
    const { attempt } = this.#environment;
    this.#takenOver.abort();
    this.#stop.abort(attempt.error('aborted', `the plugin was moved on during the reload (${event})`));
    await this.#settled;
  }

  async #free(prepared: AsyncDisposable): Promise<void> {
    await runCleanup(this.#environment, 'what was prepared could not be freed', () =>
      prepared[Symbol.asyncDispose](),
    );
  }
}

function settled(work: Promise<unknown>): Promise<unknown> {
  return work.catch(() => undefined);
}
