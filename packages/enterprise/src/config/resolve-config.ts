import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CrashPolicy } from '@truthound/lifecycle';
import {
  type FilePath,
  STANDARD,
  SecurityPolicy,
  ValidationError,
  filePathToString,
} from '@truthound/protocols';
import { findConfigFaults } from './config-checks.ts';
import type { ConfigFields, ResolvedConfig } from './config-fields.ts';

function defaultCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'truthound', 'snapshots');
}

const toPath = (path: FilePath): string => resolve(filePathToString(path));

const toOptionalPath = (path: FilePath | null | undefined): string | undefined =>
  path === undefined || path === null ? undefined : toPath(path);

/**
 * Completes a configuration.
 * @throws ValidationError that lists every fault
 */
export function resolveConfig(config: ConfigFields = {}): ResolvedConfig {
  const faults = findConfigFaults(config);
  if (faults.length > 0) throw new ValidationError({ subject: 'EnterprisePluginManagerConfig', faults });
  const policies = Object.entries(config.policies ?? {}).map(
    ([id, policy]) => [id, SecurityPolicy.create(policy)] as const,
  );
  const hostRoot = toPath(config.hostRoot ?? process.cwd());
  const restart = config.restart ?? {};
  return Object.freeze({
    pluginDirs: Object.freeze((config.pluginDirs ?? ['./plugins']).map(toPath)),
    scanEntrypoints: config.scanEntrypoints ?? true,
    hostRoot,
    autoLoad: config.autoLoad ?? false,
    autoActivate: config.autoActivate ?? true,
    defaultSecurityPolicy: SecurityPolicy.create(config.defaultSecurityPolicy ?? STANDARD),
    policies: Object.freeze(Object.fromEntries(policies)),
    requireSignature: config.requireSignature ?? true,
    trustStorePath: toOptionalPath(config.trustStorePath),
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
    restart: restart === false ? false : CrashPolicy.create(restart),
    safeMode: config.safeMode ?? false,
    trustCheckIntervalMs: config.trustCheckIntervalMs ?? 2000,
    lockPath: toPath(config.lockPath ?? join(hostRoot, 'truthound.lock')),
    frozen: config.frozen ?? false,
    auditLogPath: toOptionalPath(config.auditLogPath),
    telemetry: Object.freeze({ ...config.telemetry }),
    parallelLoads: config.parallelLoads ?? Math.max(2, availableParallelism()),
  });
}
