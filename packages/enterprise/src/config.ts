import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type Fault,
  type FilePath,
  type HostFunctions,
  STANDARD,
  SecurityPolicy,
  ValidationError,
  filePathToString,
} from '@truthound/protocols';

/** What a host may set. Every field has a default; unknown ones are refused. */
export interface EnterprisePluginManagerConfig {
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
  readonly trustStorePath?: FilePath;
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

/** The configuration, complete. */
export interface ResolvedConfig extends Required<
  Omit<EnterprisePluginManagerConfig, 'pluginDirs' | 'hostRoot' | 'cacheDir' | 'trustStorePath'>
> {
  readonly pluginDirs: readonly string[];
  readonly hostRoot: string;
  readonly cacheDir: string;
  readonly trustStorePath: string | undefined;
}

function defaultCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'truthound', 'snapshots');
}

const toPath = (path: FilePath): string => resolve(filePathToString(path));

type FieldCheck = (value: unknown) => string | undefined;

const isBoolean: FieldCheck = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const isPath: FieldCheck = (value) =>
  typeof value === 'string' || value instanceof URL ? undefined : 'must be a path or a file: URL';
const isObject: FieldCheck = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'must be an object';

const CHECKS: Readonly<Record<keyof EnterprisePluginManagerConfig, FieldCheck>> = {
  pluginDirs: (value) =>
    Array.isArray(value) && value.every((each) => isPath(each) === undefined)
      ? undefined
      : 'must be a list of paths',
  scanEntrypoints: isBoolean,
  hostRoot: isPath,
  autoLoad: isBoolean,
  autoActivate: isBoolean,
  defaultSecurityPolicy: isObject,
  policies: isObject,
  requireSignature: isBoolean,
  trustStorePath: isPath,
  enableHotReload: isBoolean,
  watchForChanges: isBoolean,
  strictVersionCheck: isBoolean,
  strictDependencies: isBoolean,
  allowMissingOptional: isBoolean,
  cacheDir: isPath,
  hostVersion: (value) => (typeof value === 'string' && value !== '' ? undefined : 'must be a version'),
  host: isObject,
  instances: (value) =>
    isObject(value) ??
    (Object.values(value as object).every((each) => Number.isInteger(each) && each > 0)
      ? undefined
      : 'must map ids to whole numbers above 0'),
  standby: (value) =>
    Number.isInteger(value) && (value as number) >= 0 ? undefined : 'must be a whole number of at least 0',
  reload: isObject,
};

function findFaults(config: EnterprisePluginManagerConfig): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [path, value] of Object.entries(config)) {
    if (!Object.hasOwn(CHECKS, path))
      faults.push({
        path,
        problem: `is not a known option: the options are ${Object.keys(CHECKS).join(', ')}`,
      });
    else if (value !== undefined) {
      const problem = CHECKS[path as keyof EnterprisePluginManagerConfig](value);
      if (problem !== undefined) faults.push({ path, problem });
    }
  }
  return faults;
}

/**
 * Completes a configuration.
 * @throws ValidationError that lists every fault
 */
export function resolveConfig(config: EnterprisePluginManagerConfig): ResolvedConfig {
  const faults = findFaults(config);
  if (faults.length > 0) throw new ValidationError({ subject: 'EnterprisePluginManagerConfig', faults });
  const policies = Object.entries(config.policies ?? {}).map(
    ([id, policy]) => [id, SecurityPolicy.create(policy)] as const,
  );
  return Object.freeze({
    pluginDirs: Object.freeze((config.pluginDirs ?? ['./plugins']).map(toPath)),
    scanEntrypoints: config.scanEntrypoints ?? true,
    hostRoot: toPath(config.hostRoot ?? process.cwd()),
    autoLoad: config.autoLoad ?? false,
    autoActivate: config.autoActivate ?? true,
    defaultSecurityPolicy: SecurityPolicy.create(config.defaultSecurityPolicy ?? STANDARD),
    policies: Object.freeze(Object.fromEntries(policies)),
    requireSignature: config.requireSignature ?? true,
    trustStorePath: config.trustStorePath === undefined ? undefined : toPath(config.trustStorePath),
    enableHotReload: config.enableHotReload ?? true,
    watchForChanges: config.watchForChanges ?? true,
    strictVersionCheck: config.strictVersionCheck ?? true,
    strictDependencies: config.strictDependencies ?? true,
    allowMissingOptional: config.allowMissingOptional ?? true,
    cacheDir: config.cacheDir === undefined ? defaultCacheDir() : toPath(config.cacheDir),
    hostVersion: config.hostVersion ?? '1.0.0',
    host: Object.freeze({ ...config.host }),
    instances: Object.freeze({ ...config.instances }),
    standby: config.standby ?? 1,
    reload: Object.freeze({ ...config.reload }),
  });
}
