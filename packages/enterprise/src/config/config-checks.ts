import type { Fault } from '@truthound/protocols';
import type { ConfigFields } from './config-fields.ts';

type FieldCheck = (value: unknown) => string | undefined;

const isBoolean: FieldCheck = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const isPath: FieldCheck = (value) =>
  typeof value === 'string' || value instanceof URL ? undefined : 'must be a path or a file: URL';
const isObject: FieldCheck = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'must be an object';

const isCount: FieldCheck = (value) =>
  Number.isInteger(value) && (value as number) > 0 ? undefined : 'must be a whole number above 0';

const LONGEST_TIMER_MS = 2_147_483_647;

const CHECKS: Readonly<Record<keyof ConfigFields, FieldCheck>> = {
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
  trustStorePath: (value) => (value === null ? undefined : isPath(value)),
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
  restart: (value) => (value === false ? undefined : isObject(value)),
  safeMode: isBoolean,
  trustCheckIntervalMs: (value) =>
    typeof value === 'number' && value >= 0 && value <= LONGEST_TIMER_MS
      ? undefined
      : `must be from 0 to ${LONGEST_TIMER_MS}`,
  lockPath: isPath,
  frozen: isBoolean,
  auditLogPath: isPath,
  telemetry: isObject,
  parallelLoads: isCount,
};

/** What is wrong with a configuration, each fault with its path. */
export function findConfigFaults(config: unknown): readonly Fault[] {
  if (isObject(config) !== undefined) return [{ path: '', problem: 'must be an object' }];
  const faults: Fault[] = [];
  for (const [path, value] of Object.entries(config as object) as [string, unknown][]) {
    if (!Object.hasOwn(CHECKS, path))
      faults.push({
        path,
        problem: `is not a known option: the options are ${Object.keys(CHECKS).join(', ')}`,
      });
    else if (value !== undefined) {
      const problem = CHECKS[path as keyof ConfigFields](value);
      if (problem !== undefined) faults.push({ path, problem });
    }
  }
  return faults;
}
