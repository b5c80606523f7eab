import { Option } from 'commander';
import { resolve } from 'node:path';
import { type PresetName, type SecurityPolicy, createPolicy, listPresets } from '@truthound/protocols';
import type { EnterprisePluginManagerConfig } from '../config/enterprise-config.ts';

/** Where plugins are looked for. */
export interface DiscoveryOptions {
  readonly plugins?: readonly string[];
  readonly scanDependencies?: boolean;
}

/** Under which policy. */
export interface PolicyOptions {
  readonly policy: PresetName;
}

/** How plugins are run. */
export interface RunOptions extends DiscoveryOptions, PolicyOptions {
  readonly store?: string;
  readonly bestEffort?: boolean;
  readonly unsigned?: boolean;
  readonly frozen?: boolean;
  readonly lock: string;
  readonly audit?: string;
}

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];

/** The options behind {@link DiscoveryOptions}. Made anew: commander keeps state in them. */
export function discoveryOptions(): readonly Option[] {
  return [
    new Option(
      '--plugins <folder>',
      'folder whose sub-folders are plugins, repeatable (default: ./plugins)',
    ).argParser(collect),
    new Option('--scan-dependencies', 'also look through the npm dependencies of the working folder'),
  ];
}

/** The option behind {@link PolicyOptions}. */
export function policyOption(): Option {
  return new Option('--policy <preset>', 'the security policy').choices(listPresets()).default('standard');
}

function storeOption(): Option {
  return new Option('--store <file>', 'the trust store').env('TRUTHOUND_TRUST_STORE');
}

function unsignedOption(): Option {
  return new Option('--unsigned', 'take plugins that nobody has signed');
}

function lockOption(): Option {
  return new Option('--lock <file>', 'the lock file').default('truthound.lock');
}

/** The options behind {@link RunOptions}. */
export function runOptions(): readonly Option[] {
  return [
    ...discoveryOptions(),
    policyOption(),
    storeOption(),
    new Option('--best-effort', 'run although the machine cannot keep all that the policy promises'),
    unsignedOption(),
    new Option('--frozen', 'run only what the lock file records, exactly as it does'),
    lockOption(),
    new Option('--audit <file>', 'append to an audit log what is loaded, granted and denied'),
  ];
}

/** The options of commands that verify plugins and run none. */
export function verificationOptions(): readonly Option[] {
  return [...discoveryOptions(), policyOption(), storeOption(), unsignedOption(), lockOption()];
}

/** A manager's configuration for looking at plugins without running them. */
export function toDiscoveryConfig(options: DiscoveryOptions): EnterprisePluginManagerConfig {
  return {
    pluginDirs: (options.plugins ?? ['plugins']).map((folder) => resolve(folder)),
    scanEntrypoints: options.scanDependencies ?? false,
    watchForChanges: false,
    standby: 0,
  };
}

/** A manager's configuration for running plugins. */
export function toRunConfig(options: RunOptions): EnterprisePluginManagerConfig {
  return {
    ...toDiscoveryConfig(options),
    ...(options.store === undefined ? {} : { trustStorePath: resolve(options.store) }),
    requireSignature: !(options.unsigned ?? false),
    defaultSecurityPolicy: toPolicy(options),
    lockPath: resolve(options.lock),
    frozen: options.frozen ?? false,
    ...(options.audit === undefined ? {} : { auditLogPath: resolve(options.audit) }),
  };
}

function toPolicy({ policy, bestEffort }: RunOptions): SecurityPolicy {
  return createPolicy({ base: policy, ...(bestEffort === true ? { enforcement: 'best-effort' } : {}) });
}

/** What the options gave up, one sentence each: nothing is relaxed in silence. */
export function listRelaxations({
  bestEffort,
  unsigned,
  policy,
}: Pick<RunOptions, 'bestEffort' | 'unsigned' | 'policy'>): readonly string[] {
  return [
    ...(unsigned === true ? ['signatures are not asked for (--unsigned)'] : []),
    ...(bestEffort === true ? ['what this machine cannot enforce is not enforced (--best-effort)'] : []),
    ...(policy === 'development' || policy === 'testing'
      ? [`the policy "${policy}" runs plugins without isolation`]
      : []),
  ];
}
