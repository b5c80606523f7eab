import { randomInt } from 'node:crypto';
import { toError } from '../background-error.ts';
import { type CrashDecision, CrashPolicy, decideAfterCrash, listRecentCrashes } from './crash-policy.ts';
import type {
  LoadPermission,
  RestartSupervisorOptions,
  SupervisorDecision,
  SupervisorEvent,
} from './supervisor-options.ts';
import {
  type CrashRecord,
  type LastKnownGood,
  type Quarantine,
  type SupervisorSnapshot,
  parseSupervisorSnapshot,
} from './supervisor-snapshot.ts';

/** A restart that waits for its time or is under way. */
interface Restart {
  readonly decision: CrashDecision & { readonly type: 'restart' };
  readonly controller: AbortController;
  readonly cancelTimer: () => void;
  isUnderWay: boolean;
  /** Crashed again before the restart had returned. */
  crashedMeanwhile: Error | undefined;
}

const systemTimer = (callback: () => void, delayMs: number): (() => void) => {
  const timer = setTimeout(callback, delayMs);
  return () => {
    clearTimeout(timer);
  };
};

const secureRandom = (): number => randomInt(2 ** 32) / 2 ** 32;

/**
 * Brings crashed plugins back: waits, restarts, and gives up into quarantine when the budget is spent.
 * A plugin in quarantine stays there, over a restart of the host as well (`toJSON`), until it is released.
 */
export class RestartSupervisor implements Disposable {
  readonly #restart: RestartSupervisorOptions['restart'];
  readonly #policy: CrashPolicy;
  readonly #onEvent: (event: SupervisorEvent) => void;
  readonly #now: () => Date;
  readonly #setTimer: (callback: () => void, delayMs: number) => () => void;
  readonly #random: () => number;
  readonly #records: Map<string, CrashRecord>;
  readonly #restarts = new Map<string, Restart>();
  #safeMode: string | undefined;
  #isDisposed = false;

  /** @throws ValidationError when the policy or the snapshot is not valid. */
  constructor(options: RestartSupervisorOptions) {
    this.#restart = options.restart;
    this.#policy = CrashPolicy.create(options.policy);
    this.#onEvent = options.onEvent ?? (() => undefined);
    this.#now = options.now ?? (() => new Date());
    this.#setTimer = options.setTimer ?? systemTimer;
    this.#random = options.random ?? secureRandom;
    this.#safeMode = options.safeMode;
    const plugins = options.snapshot === undefined ? {} : parseSupervisorSnapshot(options.snapshot).plugins;
    this.#records = new Map(Object.entries(plugins));
  }

  /** Why nothing is started; `undefined` when not in safe mode. */
  get safeMode(): string | undefined {
    return this.#safeMode;
  }

  /**
   * Says that a plugin crashed, and answers what follows. A second report of a crash that is already being
   * dealt with does not count twice.
   */
  reportCrash(pluginId: string, { error }: { readonly error: Error }): SupervisorDecision {
    const held = this.#isDisposed ? 'the supervisor was disposed' : this.#describeSafeMode();
    if (held !== undefined) return Object.freeze({ type: 'hold', reason: held });
    const { quarantine } = this.#record(pluginId);
    if (quarantine !== undefined) return Object.freeze({ type: 'quarantine', reason: quarantine.reason });
    const restart = this.#restarts.get(pluginId);
    if (restart === undefined) return this.#decide(pluginId, error);
    if (restart.isUnderWay) restart.crashedMeanwhile ??= error;
    return restart.decision;
  }

  /** Says that this version serves well: it becomes the last known good one. The budget of restarts stays as it is. */
  reportHealthy(pluginId: string, { version }: { readonly version: string }): void {
    const lastKnownGood = Object.freeze({ version, at: this.#now().toISOString() });
    this.#records.set(pluginId, { ...this.#record(pluginId), lastKnownGood });
  }

  /** The version that served well last. */
  getLastKnownGood(pluginId: string): LastKnownGood | undefined {
    return this.#records.get(pluginId)?.lastKnownGood;
  }

  /** Whether a plugin may be loaded. To be asked before every load. */
  canLoad(pluginId: string): LoadPermission {
    const reason = this.#describeSafeMode() ?? this.#describeQuarantine(pluginId);
    return Object.freeze(reason === undefined ? { isAllowed: true } : { isAllowed: false, reason });
  }

  /** Who is in quarantine, since when and why. */
  listQuarantined(): readonly (Quarantine & { readonly pluginId: string })[] {
    const listed = [...this.#records].flatMap(([pluginId, { quarantine }]) =>
      quarantine === undefined ? [] : [Object.freeze({ pluginId, ...quarantine })],
    );
    return Object.freeze(listed);
  }

  /** The way out of quarantine: the plugin may be loaded again, with its whole budget. Answers whether it was in. */
  release(pluginId: string): boolean {
    const record = this.#records.get(pluginId);
    if (record?.quarantine === undefined) return false;
    const { lastKnownGood } = record;
    this.#records.set(pluginId, { crashTimesMs: [], ...(lastKnownGood && { lastKnownGood }) });
    this.#tell({ type: 'released', pluginId });
    return true;
  }

  /** Cancels a restart that waits or is under way: the host stopped the plugin on purpose. Answers whether there was one. */
  stop(pluginId: string): boolean {
    const restart = this.#restarts.get(pluginId);
    if (restart === undefined) return false;
    this.#restarts.delete(pluginId);
    restart.cancelTimer();
    restart.controller.abort(new Error(`the restart of plugin "${pluginId}" was cancelled`));
    return true;
  }

  /** Stops and forgets a plugin, quarantine included. Answers whether anything was known of it. */
  forget(pluginId: string): boolean {
    const wasRestarting = this.stop(pluginId);
    return this.#records.delete(pluginId) || wasRestarting;
  }

  /** From now on nothing is loaded or restarted; restarts that wait or are under way are cancelled. */
  enterSafeMode(reason: string): void {
    this.#safeMode = reason;
    this.#stopAll();
    this.#tell({ type: 'safe-mode', reason });
  }

  /** Plugins may be loaded again. Loading those that were held is the host's decision. Answers whether it was on. */
  leaveSafeMode(): boolean {
    if (this.#safeMode === undefined) return false;
    this.#safeMode = undefined;
    this.#tell({ type: 'safe-mode', reason: undefined });
    return true;
  }

  /** What to store and to pass as `snapshot` next time. */
  toJSON(): SupervisorSnapshot {
    return { formatVersion: 1, plugins: Object.fromEntries(this.#records) };
  }

  /** Cancels every restart. What is reported later is held. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#stopAll();
  }

  #decide(pluginId: string, error: Error): CrashDecision {
    const now = this.#now();
    const record = this.#record(pluginId);
    const crashTimesMs = listRecentCrashes(
      this.#policy,
      [...record.crashTimesMs, now.getTime()],
      now.getTime(),
    );
    const decision = decideAfterCrash(this.#policy, crashTimesMs, {
      nowMs: now.getTime(),
      random: this.#random(),
    });
    if (decision.type === 'quarantine') {
      const { reason } = decision;
      const quarantine = Object.freeze({ reason, since: now.toISOString(), lastError: error.message });
      this.#records.set(pluginId, { ...record, crashTimesMs, quarantine });
      this.#tell({ type: 'quarantined', pluginId, reason, error });
      return decision;
    }
    this.#records.set(pluginId, { ...record, crashTimesMs });
    this.#scheduleRestart(pluginId, decision, error);
    return decision;
  }

  #scheduleRestart(pluginId: string, decision: Restart['decision'], error: Error): void {
    const restart: Restart = {
      decision,
      controller: new AbortController(),
      cancelTimer: this.#setTimer(() => void this.#run(pluginId, restart, error), decision.delayMs),
      isUnderWay: false,
      crashedMeanwhile: undefined,
    };
    this.#restarts.set(pluginId, restart);
    const { attempt, delayMs } = decision;
    this.#tell({ type: 'restart-scheduled', pluginId, attempt, delayMs });
  }

  /** Never rejects: a restart that fails is the next crash. */
  async #run(pluginId: string, restart: Restart, error: Error): Promise<void> {
    const { attempt } = restart.decision;
    restart.isUnderWay = true;
    let failure: Error | undefined;
    try {
      const lastKnownGood = this.getLastKnownGood(pluginId);
      await this.#restart(pluginId, { attempt, signal: restart.controller.signal, error, lastKnownGood });
      failure = restart.crashedMeanwhile;
    } catch (thrown) {
      failure = toError(thrown);
    }
    // Cancelled meanwhile, perhaps with another one in its place: how this one ended no longer matters.
    if (this.#restarts.get(pluginId) !== restart) return;
    this.#restarts.delete(pluginId);
    if (failure === undefined) this.#tell({ type: 'restarted', pluginId, attempt });
    else this.#decide(pluginId, failure);
  }

  #stopAll(): void {
    for (const pluginId of [...this.#restarts.keys()]) this.stop(pluginId);
  }

  #record(pluginId: string): CrashRecord {
    return this.#records.get(pluginId) ?? { crashTimesMs: [] };
  }

  #describeSafeMode(): string | undefined {
    if (this.#safeMode === undefined) return undefined;
    return `safe mode is on, so no plugin is loaded: ${this.#safeMode}; call leaveSafeMode() to go on`;
  }

  #describeQuarantine(pluginId: string): string | undefined {
    const quarantine = this.#records.get(pluginId)?.quarantine;
    if (quarantine === undefined) return undefined;
    return `plugin "${pluginId}" is in quarantine since ${quarantine.since}: ${quarantine.reason}`;
  }

  /** A listener that throws must not keep a plugin down: it becomes a warning. */
  #tell(event: SupervisorEvent): void {
    try {
      this.#onEvent(Object.freeze(event));
    } catch (thrown) {
      process.emitWarning(toError(thrown), { code: 'TRUTHOUND_SUPERVISOR_LISTENER' });
    }
  }
}
