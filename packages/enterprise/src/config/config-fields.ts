import type { CrashPolicy } from '@truthound/lifecycle';
import type { FilePath, HostFunctions, SecurityPolicy } from '@truthound/protocols';
import type { Telemetry } from '../observability/telemetry.ts';

/** What a host may set. Every field has a default; unknown ones are refused. */
export interface ConfigFields {
  /** Folders whose sub-folders are plugins. @defaultValue `['./plugins']` */
  readonly pluginDirs?: readonly FilePath[];
  /** Whether the host's own npm dependencies are looked through for plugins as well. @defaultValue true */
  readonly scanEntrypoints?: boolean;
  /** The host's package, for `scanEntrypoints`. @defaultValue the working directory */
  readonly hostRoot?: FilePath;
  /** Load everything that `discoverPlugins()` finds. @defaultValue false */
  readonly autoLoad?: boolean;
  /** Activate what is loaded. @defaultValue true */
  readonly autoActivate?: boolean;
  /** The policy of plugins that `policies` does not name. @defaultValue STANDARD */
  readonly defaultSecurityPolicy?: SecurityPolicy;
  /** Policies by plugin id. */
  readonly policies?: Readonly<Record<string, SecurityPolicy>>;
  /**
   * Whether plugins must be signed, by at least one signer or as many as their policy asks.
   * False loads unsigned plugins, whatever the policy asks. @defaultValue true
   */
  readonly requireSignature?: boolean;
  /** The trust store's file. @defaultValue an empty store in memory */
  readonly trustStorePath?: FilePath | null | undefined;
  /** Whether `reload` works. @defaultValue true */
  readonly enableHotReload?: boolean;
  /** Whether loaded plugins are reloaded when their files change. Needs `enableHotReload`. @defaultValue true */
  readonly watchForChanges?: boolean;
  /** Whether a plugin that is made for another host version is refused; else it is reported and loaded. @defaultValue true */
  readonly strictVersionCheck?: boolean;
  /** Whether a plugin is refused when a required one is missing or does not fit; else it is reported. @defaultValue true */
  readonly strictDependencies?: boolean;
  /** Whether optional plugins may be missing. @defaultValue true */
  readonly allowMissingOptional?: boolean;
  /** Where verified snapshots are kept. @defaultValue `truthound` in the user's cache folder */
  readonly cacheDir?: FilePath;
  /** The host API's version, for `engines.truthound` of manifests. @defaultValue `1.0.0` */
  readonly hostVersion?: string;
  /** Functions of the host that plugins may ask for, by dotted name. @defaultValue none */
  readonly host?: HostFunctions;
  /** How many instances of a plugin serve, by plugin id. @defaultValue 1 */
  readonly instances?: Readonly<Record<string, number>>;
  /** Guests kept started ahead, so that loading does not wait for Node to start. @defaultValue 1 */
  readonly standby?: number;
  /** How reloads are done. */
  readonly reload?: ReloadSettings;
  /**
   * How often and how fast a plugin whose guest died is started again, before it goes into quarantine.
   * `false`: never; it stays in `ERROR`. @defaultValue five restarts within ten minutes, 500 ms apart and doubling
   */
  readonly restart?: Partial<CrashPolicy> | false;
  /** Start without loading any plugin, until `leaveSafeMode()`. @defaultValue false */
  readonly safeMode?: boolean;
  /** How often the trust store's file is looked at for changes of other processes, in milliseconds; 0 for never. @defaultValue 2_000 */
  readonly trustCheckIntervalMs?: number;
  /** The lock file. @defaultValue `truthound.lock` in `hostRoot` */
  readonly lockPath?: FilePath;
  /** Whether only what the lock file records is loaded, exactly as it records it. @defaultValue false */
  readonly frozen?: boolean;
  /** Where the audit log is written. @defaultValue none is */
  readonly auditLogPath?: FilePath | undefined;
  /** Where spans and measurements go; see `openTelemetry()`. @defaultValue nowhere */
  readonly telemetry?: Telemetry;
  /** How many plugins are verified and started at a time. @defaultValue the number of processors, at least 2 */
  readonly parallelLoads?: number;
}

/** How reloads are done; times in milliseconds. */
export interface ReloadSettings {
  /** How long calls may finish on the old version. @defaultValue 30_000 */
  readonly drainTimeoutMs?: number;
  /** How long a new version is watched before the old one is let go. @defaultValue 500 */
  readonly bakeTimeMs?: number;
  /** Asked when a version wants more than the one before; answers whether it may. @defaultValue refuses */
  readonly approveWiderPermissions?: (
    pluginId: string,
    changes: readonly string[],
  ) => boolean | Promise<boolean>;
}

type Path = 'hostRoot' | 'cacheDir' | 'lockPath';
type OptionalPath = 'trustStorePath' | 'auditLogPath';

/** The configuration, complete and frozen; paths are absolute. */
export interface ResolvedConfig
  extends Required<Omit<ConfigFields, 'pluginDirs' | Path | OptionalPath>>, Readonly<Record<Path, string>> {
  readonly pluginDirs: readonly string[];
  readonly trustStorePath: string | undefined;
  readonly auditLogPath: string | undefined;
}
