import { type Fault, ValidationRangeError } from '@truthound/protocols';
import { type BackgroundErrorListener, shieldListener, warnOfBackgroundError } from './background-error.ts';
import type { LifecycleObserver } from './lifecycle-observer.ts';

/** What a host may set of {@link LifecycleManager}. */
export interface LifecycleManagerOptions {
  /** How many moves each plugin's history keeps. @defaultValue 1000 */
  readonly maxHistory?: number | undefined;
  /**
   * How long one of the plugin's own steps may take, in milliseconds; `Infinity` for no limit.
   * Past it the step's signal is aborted and the plugin is in `ERROR`. @defaultValue 60_000
   */
  readonly stepTimeoutMs?: number | undefined;
  /**
   * How long one handler may take, in milliseconds; `Infinity` for no limit. A before-handler that is late
   * refuses the move; a later handler is reported and passed over. @defaultValue 30_000
   */
  readonly handlerTimeoutMs?: number | undefined;
  /** The clock of the timestamps. @defaultValue the system's */
  readonly now?: (() => Date) | undefined;
  /** Receives errors nobody waits for. @defaultValue a process warning */
  readonly onBackgroundError?: BackgroundErrorListener | undefined;
  /** Told of each transition and step, for tracing. */
  readonly observer?: LifecycleObserver | undefined;
}

/** {@link LifecycleManagerOptions} with every default filled in. */
export interface LifecycleSettings {
  readonly maxHistory: number;
  readonly stepTimeoutMs: number;
  readonly handlerTimeoutMs: number;
  readonly now: () => Date;
  readonly report: BackgroundErrorListener;
  readonly observer: LifecycleObserver | undefined;
}

/** The longest delay that `setTimeout` keeps; beyond it Node fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

const isTimeout = (value: number): boolean => value === Infinity || (value > 0 && value <= LONGEST_TIMER_MS);

/**
 * Fills in the defaults.
 *
 * @throws ValidationRangeError listing every option that is out of range.
 */
export function resolveSettings(options: LifecycleManagerOptions): LifecycleSettings {
  const { maxHistory = 1000, stepTimeoutMs = 60_000, handlerTimeoutMs = 30_000 } = options;
  const faults: Fault[] = [];
  if (!Number.isInteger(maxHistory) || maxHistory < 0) {
    faults.push(outOfRange('maxHistory', 'must be a whole number of at least 0', maxHistory));
  }
  for (const [name, value] of Object.entries({ stepTimeoutMs, handlerTimeoutMs })) {
    if (!isTimeout(value)) {
      const range = `must be more than 0 and at most ${LONGEST_TIMER_MS}, or Infinity for no limit`;
      faults.push(outOfRange(name, range, value));
    }
  }
  if (faults.length > 0) throw new ValidationRangeError({ subject: 'LifecycleManagerOptions', faults });
  return {
    maxHistory,
    stepTimeoutMs,
    handlerTimeoutMs,
    now: options.now ?? (() => new Date()),
    report: shieldListener(options.onBackgroundError ?? warnOfBackgroundError),
    observer: options.observer,
  };
}

function outOfRange(path: string, range: string, value: unknown): Fault {
  return { path, problem: `${range}, not ${String(value)}`, outOfRange: true };
}
