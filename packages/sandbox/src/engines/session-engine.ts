import {
  type InvokeOptions,
  type SandboxContext,
  SandboxError,
  ValidationRangeError,
  createPolicy,
} from '@truthound/protocols';
import { type ResolvedPluginSource, toModuleUrl } from '../plugin-entry-point.ts';
import { type ParkableGuest, type ParkedGuest, StandbyPool } from '../process/standby-pool.ts';
import type { Target } from '../session/call-target.ts';
import type { SandboxSession } from '../session/sandbox-session.ts';
import { CallingEngine } from './calling-engine.ts';
import { OwnedSessions } from './owned-sessions.ts';

/** How long a guest may take to lock itself down, in milliseconds. */
export const STARTUP_TIMEOUT_MS = 30_000;

/** An engine whose guests run elsewhere and are spoken to through a session; some may be kept started ahead. */
export abstract class SessionEngine<Parked extends ParkedGuest<ParkableGuest>> extends CallingEngine {
  protected readonly sessions: OwnedSessions = new OwnedSessions();
  /** Guests that were started ahead; `undefined` where none are to be. */
  protected standby: StandbyPool<Parked> | undefined;
  readonly #standbySize: number;
  #probe: Promise<boolean> | undefined;
  #unavailableReason: string | undefined;

  /**
   * @param optionsName what the options are called, for the error
   * @throws ValidationRangeError for a number of guests that is none
   */
  constructor(optionsName: string, standby: number) {
    super();
    if (!Number.isInteger(standby) || standby < 0) {
      const problem = `must be a whole number of at least 0, not ${String(standby)}`;
      throw new ValidationRangeError({
        subject: optionsName,
        faults: [{ path: 'standby', problem, outOfRange: true }],
      });
    }
    this.#standbySize = standby;
    this.standby = this.#createPool();
  }

  /** Whether a sandbox runs here, found by running one. */
  isAvailable(): Promise<boolean> {
    this.#probe ??= this.#runProbe();
    return this.#probe;
  }

  /** Why it is not available, once {@link isAvailable} has answered that. */
  get unavailableReason(): string | undefined {
    return this.#unavailableReason;
  }

  terminate(context: SandboxContext): Promise<void> {
    return this.sessions.terminate(context);
  }

  async cleanup(): Promise<void> {
    await this.sessions.terminateAll();
    await this.standby?.[Symbol.asyncDispose]();
    this.standby = this.#createPool();
  }

  protected call(
    context: SandboxContext,
    target: Target,
    args: readonly unknown[],
    options?: InvokeOptions,
  ): Promise<unknown> {
    return this.sessions.call(context, target, args, options);
  }

  /** Loads a plugin into its sandbox, which ends when that fails. */
  protected async load(
    session: SandboxSession,
    source: ResolvedPluginSource,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await session.load({ entryUrl: toModuleUrl(source.entry), rootUrl: toModuleUrl(source.root) }, signal);
    } catch (error) {
      await session.terminate();
      throw error;
    }
  }

  #createPool(): StandbyPool<Parked> | undefined {
    return this.#standbySize > 0 ? new StandbyPool(this.#standbySize) : undefined;
  }

  async #runProbe(): Promise<boolean> {
    try {
      await using context = await this.createSandbox(
        'truthound-probe',
        createPolicy({ enforcement: 'best-effort' }),
      );
      return (await this.execute(context, () => 42)) === 42;
    } catch (error) {
      this.#unavailableReason = error instanceof SandboxError ? error.message : String(error);
      return false;
    }
  }
}
