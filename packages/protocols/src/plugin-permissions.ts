/**
 * The permissions that a manifest asks for.
 *
 * A plugin asks, its host's policy decides: it gets what both name. So every name is checked here, where the author
 * sees the message; a misspelt permission that is ignored would be found in production.
 *
 * @module
 */
import { moduleName } from './module-lists.ts';
import {
  type Check,
  arrayOf,
  boolean,
  describeValue,
  isRecord,
  joinPath,
  objectOf,
  ownFields,
  recordOf,
  string,
} from './validation.ts';

/** What a plugin asks to be allowed. It gets at most what the host's policy gives as well. */
export interface PluginPermissions {
  /** The network. @defaultValue false */
  readonly network: boolean;
  /** Starting processes. @defaultValue false */
  readonly subprocess: boolean;
  /** Paths to read beside its own files: absolute, or `./…` inside the package. */
  readonly read: readonly string[];
  /** Absolute paths to write. */
  readonly write: readonly string[];
  /** Built-in modules it uses; `undefined` when it does not say, then the policy alone decides. */
  readonly modules: readonly string[] | undefined;
  /** Functions of the host it calls, by name. */
  readonly host: readonly string[];
  /** Environment variables it reads. */
  readonly env: readonly string[];
  /** Why it asks, by permission name, for the person who approves. */
  readonly reasons: Readonly<Record<string, string>>;
}

const hostFunctionName = string({
  maxLength: 200,
  pattern: /^[A-Z_$][\w$]*(?:\.[A-Z_$][\w$]*)*$/i,
  shape: 'a dotted name such as kv.get',
});
const environmentName = string({
  maxLength: 200,
  pattern: /^[A-Z_]\w*$/i,
  shape: 'the name of an environment variable',
});

const readPath: Check = (value, path, faults) => {
  string()(value, path, faults);
  if (typeof value !== 'string' || value.startsWith('/') || /^[A-Z]:[\\/]/i.test(value)) return;
  const leaves = value.split(/[\\/]/).includes('..');
  if (!value.startsWith('./') || leaves)
    faults.add(
      path,
      `must be absolute, or start with "./" and stay inside the package, not ${describeValue(value)}`,
    );
};

const writePath: Check = (value, path, faults) => {
  string()(value, path, faults);
  if (typeof value === 'string' && !/^(?:\/|[A-Z]:[\\/])/i.test(value))
    faults.add(
      path,
      `must be an absolute path, not ${describeValue(value)}: a plugin's own files are never writable`,
    );
};

const PERMISSION_CHECKS: Readonly<Record<keyof PluginPermissions, Check>> = {
  network: boolean,
  subprocess: boolean,
  read: arrayOf(readPath, { maxItems: 1000 }),
  write: arrayOf(writePath, { maxItems: 1000 }),
  modules: arrayOf(moduleName, { maxItems: 1000 }),
  host: arrayOf(hostFunctionName, { maxItems: 1000 }),
  env: arrayOf(environmentName, { maxItems: 1000 }),
  reasons: recordOf(() => undefined, string()),
};

const checkPermissionReasons: Check = (value, path, faults) => {
  if (!isRecord(value) || !isRecord(value['reasons'])) return;
  for (const key of Object.keys(value['reasons'])) {
    if (!Object.hasOwn(PERMISSION_CHECKS, key) || key === 'reasons')
      faults.add(joinPath(`${path}.reasons`, key), 'does not name a permission');
  }
};

/** Checks the field `permissions` of a manifest. */
export const checkPermissions: Check = (value, path, faults) => {
  objectOf(PERMISSION_CHECKS, { noun: 'permission' })(value, path, faults);
  checkPermissionReasons(value, path, faults);
};

/** Puts the defaults, which ask for nothing, where a checked manifest is silent. */
export function completePermissions(given: Partial<PluginPermissions> = {}): PluginPermissions {
  const { network, subprocess, read, write, modules, host, env, reasons } = ownFields(given);
  return {
    network: network ?? false,
    subprocess: subprocess ?? false,
    read: [...(read ?? [])],
    write: [...(write ?? [])],
    modules: modules && [...modules],
    host: [...(host ?? [])],
    env: [...(env ?? [])],
    reasons: { ...reasons },
  };
}
