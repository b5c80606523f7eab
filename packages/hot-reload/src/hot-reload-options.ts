import {
  type Fault,
  type PluginLoader,
  ReloadStrategy,
  ValidationError,
  ValidationRangeError,
} from '@truthound/protocols';
import { type Clock, MAX_TIMER_MS, systemClock } from './clock.ts';

/** How a {@link HotReloadManager} works. Times are in milliseconds. */
export interface HotReloadOptions {
  /** Where instances come from and go to. */
  readonly loader: PluginLoader;
  /** Used where `reload` is given none. @defaultValue GRACEFUL */
  readonly defaultStrategy?: ReloadStrategy;
  /** For calls in flight on the version that leaves; past it they are cut off. @defaultValue 30_000 */
  readonly drainTimeoutMs?: number;
  /** For each of: preparing, starting, `activate`, handing over state. Past it the reload fails. @defaultValue 30_000 */
  readonly startTimeoutMs?: number;
  /** For the new version's `health()`, and for an old one to stop. @defaultValue 5_000 */
  readonly healthTimeoutMs?: number;
  /**
   * How long the new version is watched after the switch, with the old one kept ready to take back over.
   * `reload` resolves after it. 0 watches only until the old version has drained. @defaultValue 500
   */
  readonly bakeTimeMs?: number;
  /** Calls that may fail for the plugin's own fault before the old version takes back over. @defaultValue 3 */
  readonly bakeErrorLimit?: number;
  /** ROLLING: instances that may be in replacement at a time. @defaultValue 1 */
  readonly maxUnavailable?: number;
  /** ROLLING: the wait between two rounds, with the new instances watched. @defaultValue 0 */
  readonly rollingPauseMs?: number;
  /**
   * Asked when a version wants more than the one that serves, with one sentence for each change.
   * The update is held until it answers, and refused unless it answers true. @defaultValue refuses
   */
  readonly approveWiderPermissions?: (
    pluginId: string,
    changes: readonly string[],
  ) => boolean | Promise<boolean>;
  /**
   * Told what went wrong on the side: an old version that would not stop, a handler that threw.
   * @defaultValue `process.emitWarning`
   */
  readonly onWarning?: (warning: Error) => void;
  /** @defaultValue the system's */
  readonly clock?: Clock;
}

/** The options with every default filled in. */
export type HotReloadSettings = Readonly<Required<HotReloadOptions>>;

const DEFAULTS: Omit<HotReloadSettings, 'loader'> = Object.freeze({
  defaultStrategy: ReloadStrategy.GRACEFUL,
  drainTimeoutMs: 30_000,
  startTimeoutMs: 30_000,
  healthTimeoutMs: 5_000,
  bakeTimeMs: 500,
  bakeErrorLimit: 3,
  maxUnavailable: 1,
  rollingPauseMs: 0,
  approveWiderPermissions: () => false,
  onWarning: (warning: Error) => {
    process.emitWarning(warning);
  },
  clock: systemClock,
});

type Judge = (value: unknown) => { readonly problem: string; readonly outOfRange?: true } | undefined;

function duration(minimum: number): Judge {
  return (value) => {
    if (typeof value !== 'number')
      return { problem: `must be a number of milliseconds, not ${String(value)}` };
    if (value === Infinity || (value >= minimum && value <= MAX_TIMER_MS)) return undefined;
    const problem = `must be at least ${minimum} and at most ${MAX_TIMER_MS} (or Infinity), not ${value}`;
    return { problem, outOfRange: true };
  };
}

function count(minimum: number): Judge {
  return (value) => {
    if (typeof value !== 'number') return { problem: `must be a number, not ${String(value)}` };
    if (value === Infinity || (Number.isInteger(value) && value >= minimum)) return undefined;
    return { problem: `must be a whole number of at least ${minimum}, not ${value}`, outOfRange: true };
  };
}

function oneOf(values: readonly string[]): Judge {
  return (value) =>
    values.includes(value as string)
      ? undefined
      : { problem: `must be one of ${values.map((each) => `"${each}"`).join(', ')}, not ${String(value)}` };
}

function object(method: string): Judge {
  return (value) =>
    typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function'
      ? undefined
      : { problem: `must be an object with the method ${method}()` };
}

const callback: Judge = (value) =>
  typeof value === 'function' ? undefined : { problem: `must be a function, not ${String(value)}` };

const JUDGES: Readonly<Record<keyof HotReloadOptions, Judge>> = {
  loader: object('prepare'),
  defaultStrategy: oneOf(Object.values(ReloadStrategy)),
  drainTimeoutMs: duration(0),
  startTimeoutMs: duration(1),
  healthTimeoutMs: duration(1),
  bakeTimeMs: duration(0),
  bakeErrorLimit: count(0),
  maxUnavailable: count(1),
  rollingPauseMs: duration(0),
  approveWiderPermissions: callback,
  onWarning: callback,
  clock: object('setTimer'),
};

function judge(option: string, value: unknown): Fault | undefined {
  if (!Object.hasOwn(JUDGES, option)) {
    return { path: option, problem: `is not an option; the options are ${Object.keys(JUDGES).join(', ')}` };
  }
  const verdict = JUDGES[option as keyof HotReloadOptions](value);
  return verdict && { path: option, ...verdict };
}

/**
 * Completes and freezes the options.
 * @throws ValidationRangeError for a number out of its range, else ValidationError; both list every fault.
 */
export function resolveHotReloadOptions(options: HotReloadOptions): HotReloadSettings {
  const settings: Record<string, unknown> = { loader: undefined, ...DEFAULTS };
  for (const [option, value] of Object.entries(options)) {
    if (value !== undefined) settings[option] = value;
  }
  const faults = Object.entries(settings).flatMap(([option, value]) => judge(option, value) ?? []);
  if (faults.length === 0) return Object.freeze(settings) as unknown as HotReloadSettings;
  const FaultError = faults.some(({ outOfRange }) => outOfRange) ? ValidationRangeError : ValidationError;
  throw new FaultError({ subject: 'HotReloadManager options', faults });
}
