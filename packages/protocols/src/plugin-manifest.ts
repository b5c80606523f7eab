/**
 * The manifest: what a plugin's `package.json` says about it, in its `truthound` field.
 *
 * Discovery reads this and nothing else; no plugin code runs. `plugin-manifest.schema.json` says the same
 * for editors. Unknown keys are refused, a permission that is misspelt must not be ignored.
 *
 * @module
 */
import { deepFreeze } from './deep-freeze.ts';
import { DependencyType } from './dependency-type.ts';
import { ManifestError } from './errors/plugin-errors.ts';
import type { Fault } from './errors/validation-error.ts';
import { ISOLATION_LEVELS, IsolationLevel } from './isolation-level.ts';
import { type PluginPermissions, checkPermissions, completePermissions } from './plugin-permissions.ts';
import { SEMANTIC_VERSION } from './semantic-version.ts';
import {
  type Check,
  arrayOf,
  collectFaults,
  describeValue,
  isRecord,
  objectOf,
  oneOf,
  ownFields,
  recordOf,
  string,
  wholeNumber,
} from './validation.ts';

/** A plugin that another one needs. */
export interface ManifestDependency {
  /** Acceptable versions, npm grammar. */
  readonly range: string;
  readonly type: DependencyType;
}

/** Which state, handed over by `dispose()`, a version writes and reads. */
export interface PluginStateVersions {
  /** Version of the state that it writes. */
  readonly version: number;
  /** Versions of the state that it can take over. */
  readonly accepts: readonly number[];
}

/** A checked, complete and frozen manifest. */
export interface PluginManifest {
  /** What the plugin is called in the host. @defaultValue the package's name */
  readonly id: string;
  /** Name of the npm package. */
  readonly name: string;
  /** SemVer 2.0.0. */
  readonly version: string;
  readonly description: string | undefined;
  /** Key of the package's `exports` that the host loads, so it cannot leave the package. @defaultValue `.` */
  readonly entry: string;
  /** Versions of the host that it works with (`engines.truthound`). */
  readonly hostRange: string | undefined;
  readonly permissions: PluginPermissions;
  readonly dependencies: Readonly<Record<string, ManifestDependency>>;
  /** The least isolation it accepts. @defaultValue `none`: whatever the host gives */
  readonly isolation: IsolationLevel;
  readonly state: PluginStateVersions;
}

const PLUGIN_ID = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

const pluginId = string({
  maxLength: 214,
  pattern: PLUGIN_ID,
  shape: 'lower-case letters, digits, ".", "_" and "-", as npm names are',
});
const rangeText = string({ maxLength: 512 });
const checkDependency: Check = (value, path, faults) => {
  if (typeof value === 'string') rangeText(value, path, faults);
  else objectOf({ range: rangeText, type: oneOf(Object.values(DependencyType)) })(value, path, faults);
};

const checkState = objectOf({
  version: wholeNumber({ minimum: 1 }),
  accepts: arrayOf(wholeNumber({ minimum: 1 }), { maxItems: 100 }),
});

const checkTruthoundField = objectOf({
  $schema: string(),
  id: pluginId,
  entry: string({
    maxLength: 200,
    pattern: /^\.(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*$/,
    shape: 'a key of the package\'s exports, "." or "./name"',
  }),
  permissions: checkPermissions,
  dependencies: recordOf(pluginId, checkDependency),
  isolation: oneOf(ISOLATION_LEVELS),
  state: checkState,
});

/** Only the part of `package.json` that concerns the host is checked; the rest is npm's. */
const checkPackageJson: Check = (value, path, faults) => {
  if (!isRecord(value)) {
    faults.add(path, `must be a JSON object, not ${describeValue(value)}`);
    return;
  }
  if (value['name'] === undefined) faults.add('name', 'is missing: npm packages have one');
  else pluginId(value['name'], 'name', faults);
  if (value['version'] === undefined) faults.add('version', 'is missing');
  else
    string({
      maxLength: 256,
      pattern: SEMANTIC_VERSION,
      shape: 'a version as SemVer 2.0.0 has it, such as 1.2.3',
    })(value['version'], 'version', faults);
  if (value['truthound'] === undefined)
    faults.add('truthound', 'is missing: add "truthound": {} to make this package a plugin');
  else checkTruthoundField(value['truthound'], 'truthound', faults);
  const engines = value['engines'];
  if (isRecord(engines) && engines['truthound'] !== undefined)
    rangeText(engines['truthound'], 'engines.truthound', faults);
};

/** The shape that the checks above establish, so that reading it needs no more doubts. */
interface CheckedPackageJson {
  readonly name: string;
  readonly version: string;
  readonly description?: unknown;
  readonly engines?: { readonly truthound?: string };
  readonly truthound: {
    readonly id?: string;
    readonly entry?: string;
    readonly permissions?: Partial<PluginPermissions>;
    readonly dependencies?: Readonly<
      Record<string, string | { readonly range?: string; readonly type?: DependencyType }>
    >;
    readonly isolation?: IsolationLevel;
    readonly state?: Partial<PluginStateVersions>;
  };
}

function completeDependency(
  given: string | { readonly range?: string; readonly type?: DependencyType },
): ManifestDependency {
  const { range = '*', type = DependencyType.REQUIRED } =
    typeof given === 'string' ? { range: given } : ownFields(given);
  return { range, type };
}

function complete(packageJson: CheckedPackageJson): PluginManifest {
  const { name, version, description, engines } = packageJson;
  const truthound = ownFields(packageJson.truthound);
  const state = ownFields(truthound.state ?? {});
  const stateVersion = state.version ?? 1;
  return deepFreeze({
    id: truthound.id ?? name,
    name,
    version,
    description: typeof description === 'string' ? description : undefined,
    entry: truthound.entry ?? '.',
    hostRange: engines?.truthound,
    permissions: completePermissions(truthound.permissions),
    dependencies: Object.fromEntries(
      Object.entries(truthound.dependencies ?? {}).map(([id, given]) => [id, completeDependency(given)]),
    ),
    isolation: truthound.isolation ?? IsolationLevel.NONE,
    state: { version: stateVersion, accepts: [...(state.accepts ?? [stateVersion])] },
  });
}

/** Reads manifests out of the parsed content of `package.json`. */
export const PluginManifest: {
  /**
   * Checks and completes a manifest.
   * @param packageJson the parsed content of `package.json`.
   * @param file what to call it in messages. @defaultValue `package.json`
   * @throws ManifestError that lists every fault with its path.
   */
  parse(packageJson: unknown, file?: string): PluginManifest;
  /** Every fault of a manifest; empty when it is valid. */
  check(packageJson: unknown): readonly Fault[];
} = Object.freeze({
  parse(packageJson: unknown, file = 'package.json'): PluginManifest {
    const faults = collectFaults(checkPackageJson, packageJson);
    if (faults.length > 0) throw new ManifestError({ file, faults });
    return complete(packageJson as CheckedPackageJson);
  },
  check: (packageJson: unknown) => collectFaults(checkPackageJson, packageJson),
});
