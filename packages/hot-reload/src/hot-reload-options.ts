import { type PluginLoader, ReloadStrategy } from '@truthound/protocols';
import { type Clock, systemClock } from './clock.ts';
import { type Judge, callback, count, duration, object, oneOf, resolveOptions } from './option-checks.ts';

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
  /** For each `health()` of the new version, and for an old one to stop. @defaultValue 5_000 */
  readonly healthTimeoutMs?: number;
  /**
   * How long the new version is watched after the switch, with the old one kept ready to take back over.
   * When it is over, the new one is asked for its health again. 0 watches only until the old version has drained,
   * and asks nothing. @defaultValue 500
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

/**
 * Completes and freezes the options.
 * @throws ValidationRangeError for a number out of its range, else ValidationError; both list every fault.
 */
export function resolveHotReloadOptions(options: HotReloadOptions): HotReloadSettings {
  return resolveOptions<HotReloadSettings>('HotReloadManager options', JUDGES, DEFAULTS, options);
}
