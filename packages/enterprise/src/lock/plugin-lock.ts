/**
 * What a lock file holds: for each plugin the version, the digest of its files, who signed it and what it asks for.
 *
 * @module
 */
import { type Fault, type PluginPermissions, ValidationError, parseJson } from '@truthound/protocols';
import type { PreparedVersion } from '../loading/prepared-version.ts';

/** What is recorded of one plugin. */
export interface LockedPlugin {
  readonly version: string;
  /** SHA-256 of the canonical list of its files, lower-case hex: the same on every machine. */
  readonly digest: string;
  /** Whose signatures counted, by signer and key; empty where none was required. */
  readonly signers: readonly { readonly signerId: string; readonly keyId: string }[];
  /** What its manifest asks for, without the reasons. */
  readonly permissions: Omit<PluginPermissions, 'reasons'>;
}

/** A lock file's content. */
export interface PluginLock {
  readonly formatVersion: 1;
  readonly plugins: Readonly<Record<string, LockedPlugin>>;
}

const FIELDS = ['version', 'digest', 'signers', 'permissions'] as const;
const CONFLICT_MARKER = /^(?:<{7}|={7}|>{7})/m;

/** Makes, reads and writes locks. */
export const PluginLock: {
  /** The lock of these versions. */
  create(versions: readonly PreparedVersion[]): PluginLock;
  /** The text of a lock: keys sorted, one value a line, `\n`, so that it is the same everywhere and merges by line. */
  format(lock: PluginLock): string;
  /** Reads what `format` wrote, also with the line ends of another system. @throws ValidationError that lists every fault */
  parse(text: string): PluginLock;
} = Object.freeze({
  create(versions) {
    const plugins = versions.map((version) => [version.manifest.id, describeVersion(version)] as const);
    return deepFreeze({ formatVersion: 1 as const, plugins: Object.fromEntries(plugins) });
  },
  format: (lock) => `${JSON.stringify(sorted(lock), null, 2)}\n`,
  parse(text) {
    const faults: Fault[] = [];
    const lock = readJson(text, faults);
    if (faults.length === 0) findFaults(lock, faults);
    if (faults.length > 0) throw new ValidationError({ subject: 'plugin lock', faults });
    return deepFreeze(lock as PluginLock);
  },
});

/** What a lock records of a version. */
export function describeVersion({ manifest, digest, verification }: PreparedVersion): LockedPlugin {
  const { network, subprocess, read, write, modules, host, env } = manifest.permissions;
  const signers = (verification?.signers ?? []).map(({ signerId, keyId }) => ({ signerId, keyId }));
  return {
    version: manifest.version,
    digest,
    signers: signers.sort((a, b) => compare(a.signerId, b.signerId) || compare(a.keyId, b.keyId)),
    permissions: {
      network,
      subprocess,
      read: sortedTexts(read),
      write: sortedTexts(write),
      // Not listing any means all that the policy allows, and is not the same as listing none.
      modules: modules && sortedTexts(modules),
      host: sortedTexts(host),
      env: sortedTexts(env),
    },
  };
}

/** By code units, whatever the locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const sortedTexts = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort(compare);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => compare(a, b))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

function readJson(text: string, faults: Fault[]): unknown {
  if (CONFLICT_MARKER.test(text)) {
    faults.push({ path: '', problem: 'has the marks of a merge conflict: take either side, and lock again' });
    return undefined;
  }
  try {
    return parseJson(text);
  } catch (error) {
    faults.push({ path: '', problem: `is not JSON: ${(error as Error).message}` });
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function findFaults(lock: unknown, faults: Fault[]): void {
  if (!isRecord(lock)) {
    faults.push({ path: '', problem: 'must be a JSON object' });
    return;
  }
  if (lock['formatVersion'] !== 1)
    faults.push({ path: 'formatVersion', problem: 'must be 1: a newer release may read it' });
  if (!isRecord(lock['plugins'])) {
    faults.push({ path: 'plugins', problem: 'must be an object' });
    return;
  }
  for (const [id, plugin] of Object.entries(lock['plugins'])) findPluginFaults(id, plugin, faults);
}

function findPluginFaults(id: string, plugin: unknown, faults: Fault[]): void {
  const path = `plugins[${JSON.stringify(id)}]`;
  if (!isRecord(plugin)) {
    faults.push({ path, problem: 'must be an object' });
    return;
  }
  const { version, digest, signers, permissions } = plugin;
  const must = (isRight: boolean, field: string, problem: string): void => {
    if (!isRight) faults.push({ path: `${path}.${field}`, problem });
  };
  must(typeof version === 'string', 'version', 'must be a text');
  must(
    typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest),
    'digest',
    'must be 64 hexadecimal digits',
  );
  must(Array.isArray(signers) && signers.every(isSigner), 'signers', 'must list signerId and keyId of each');
  if (isRecord(permissions)) findPermissionFaults(`${path}.permissions`, permissions, faults);
  else must(false, 'permissions', 'must be an object');
  for (const field of Object.keys(plugin))
    must((FIELDS as readonly string[]).includes(field), field, `is not a known field: ${FIELDS.join(', ')}`);
}

type PermissionCheck = readonly [isRight: (value: unknown) => boolean, problem: string];

const SWITCH: PermissionCheck = [(value) => typeof value === 'boolean', 'must be true or false'];
const TEXTS: PermissionCheck = [isTexts, 'must be a list of texts'];
const TEXTS_OR_NONE: PermissionCheck = [(value) => value === undefined || isTexts(value), TEXTS[1]];

const PERMISSIONS: Readonly<Record<keyof LockedPlugin['permissions'], PermissionCheck>> = {
  network: SWITCH,
  subprocess: SWITCH,
  read: TEXTS,
  write: TEXTS,
  modules: TEXTS_OR_NONE,
  host: TEXTS,
  env: TEXTS,
};

/** Every field and nothing else: what is nested without end would overflow whoever walks it. */
function findPermissionFaults(
  path: string,
  permissions: Readonly<Record<string, unknown>>,
  faults: Fault[],
): void {
  for (const [field, [isRight, problem]] of Object.entries(PERMISSIONS))
    if (!isRight(permissions[field])) faults.push({ path: `${path}.${field}`, problem });
  for (const field of Object.keys(permissions)) {
    if (!Object.hasOwn(PERMISSIONS, field))
      faults.push({
        path: `${path}.${field}`,
        problem: `is not a known field: ${Object.keys(PERMISSIONS).join(', ')}`,
      });
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isSigner(value: unknown): boolean {
  if (!isRecord(value) || Object.keys(value).length !== 2) return false;
  return typeof value['signerId'] === 'string' && typeof value['keyId'] === 'string';
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const each of Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
}
