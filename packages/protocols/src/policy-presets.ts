import { deepFreeze } from './deep-freeze.ts';
import { ValidationError } from './errors/validation-error.ts';
import { IsolationLevel } from './isolation-level.ts';
import {
  AIRGAPPED_BLOCKED_MODULES,
  STANDARD_ALLOWED_MODULES,
  STANDARD_BLOCKED_MODULES,
  TESTING_BLOCKED_MODULES,
} from './module-lists.ts';
import {
  NETWORK_SYSCALLS,
  RESOURCE_LIMIT_CHECKS,
  type ResourceLimits,
  type ResourceLimitsInput,
  SUBPROCESS_SYSCALLS,
} from './resource-limits.ts';
import {
  EnforcementMode,
  POLICY_CHECKS,
  type SecurityPolicy as SecurityPolicyFields,
  type SecurityPolicyInput,
  checkPolicy,
  createSecurityPolicy,
  mergePolicy,
  ownPolicyFields,
} from './security-policy.ts';
import { type Check, assertValid, describeValue, isRecord, objectOf } from './validation.ts';

/** The names of the presets, as `getPreset` and `createPolicy` take them, in any case. */
export type PresetName = 'development' | 'testing' | 'standard' | 'enterprise' | 'strict' | 'airgapped';

const STANDARD_MODULES = {
  allowedModules: STANDARD_ALLOWED_MODULES,
  blockedModules: STANDARD_BLOCKED_MODULES,
} as const;

const CLOSED = { allowNetwork: false, allowSubprocess: false, allowFileWrite: false } as const;

function limits(
  maxMemoryMb: number,
  maxCpuPercent: number,
  maxExecutionTimeSec: number,
  maxFileDescriptors: number,
  deniedSyscalls: readonly string[] = SUBPROCESS_SYSCALLS,
): ResourceLimits {
  return {
    maxMemoryMb,
    maxCpuPercent,
    maxExecutionTimeSec,
    maxFileDescriptors,
    allowedPaths: [],
    writablePaths: [],
    deniedSyscalls: [...deniedSyscalls],
  };
}

/** No isolation, everything allowed, nothing signed: for a developer's own plugins on a developer's own machine. */
export const DEVELOPMENT: SecurityPolicyFields = deepFreeze({
  isolationLevel: IsolationLevel.NONE,
  resourceLimits: limits(4096, 100, 600, 10_000),
  allowNetwork: true,
  allowSubprocess: true,
  allowFileWrite: true,
  allowedModules: [],
  blockedModules: [],
  requiredSignatures: 0,
  requireTrustedSigner: false,
  signatureMaxAgeDays: 0,
  enforcement: EnforcementMode.BEST_EFFORT,
});

/** No isolation, no subprocesses, nothing signed: for test suites. */
export const TESTING: SecurityPolicyFields = deepFreeze({
  isolationLevel: IsolationLevel.NONE,
  resourceLimits: limits(2048, 100, 120, 1000),
  allowNetwork: true,
  allowSubprocess: false,
  allowFileWrite: true,
  allowedModules: [],
  blockedModules: [...TESTING_BLOCKED_MODULES],
  requiredSignatures: 0,
  requireTrustedSigner: false,
  signatureMaxAgeDays: 0,
  enforcement: EnforcementMode.BEST_EFFORT,
});

/** A process of its own, nothing allowed, one signature by a known signer: the default of the enterprise manager. */
export const STANDARD: SecurityPolicyFields = deepFreeze({
  isolationLevel: IsolationLevel.PROCESS,
  resourceLimits: limits(512, 50, 30, 100),
  ...CLOSED,
  ...STANDARD_MODULES,
  requiredSignatures: 1,
  requireTrustedSigner: false,
  signatureMaxAgeDays: 365,
  enforcement: EnforcementMode.STRICT,
});

/** As STANDARD with more room, and a trusted signer, whose signature is at most 180 days old. */
export const ENTERPRISE: SecurityPolicyFields = deepFreeze({
  isolationLevel: IsolationLevel.PROCESS,
  resourceLimits: limits(1024, 80, 60, 100),
  ...CLOSED,
  ...STANDARD_MODULES,
  requiredSignatures: 1,
  requireTrustedSigner: true,
  signatureMaxAgeDays: 180,
  enforcement: EnforcementMode.STRICT,
});

/** A container, little room, two trusted signers within 90 days. */
export const STRICT: SecurityPolicyFields = deepFreeze({
  isolationLevel: IsolationLevel.CONTAINER,
  resourceLimits: limits(128, 25, 10, 10),
  ...CLOSED,
  ...STANDARD_MODULES,
  requiredSignatures: 2,
  requireTrustedSigner: true,
  signatureMaxAgeDays: 90,
  enforcement: EnforcementMode.STRICT,
});

/** A container in which no socket can be made at all, two trusted signers within 30 days. */
export const AIRGAPPED: SecurityPolicyFields = deepFreeze({
  isolationLevel: IsolationLevel.CONTAINER,
  resourceLimits: limits(256, 50, 30, 10, [...SUBPROCESS_SYSCALLS, ...NETWORK_SYSCALLS]),
  ...CLOSED,
  allowedModules: STANDARD_ALLOWED_MODULES.filter((name) => !AIRGAPPED_BLOCKED_MODULES.includes(name)),
  blockedModules: [...AIRGAPPED_BLOCKED_MODULES],
  requiredSignatures: 2,
  requireTrustedSigner: true,
  signatureMaxAgeDays: 30,
  enforcement: EnforcementMode.STRICT,
});

const PRESETS: Readonly<Record<PresetName, SecurityPolicyFields>> = Object.freeze({
  development: DEVELOPMENT,
  testing: TESTING,
  standard: STANDARD,
  enterprise: ENTERPRISE,
  strict: STRICT,
  airgapped: AIRGAPPED,
});

/** The names of the presets, weakest first. */
export function listPresets(): readonly PresetName[] {
  return Object.keys(PRESETS) as PresetName[];
}

/**
 * The preset of that name, in any case.
 * @throws ValidationError that lists the names when there is none.
 */
export function getPreset(name: PresetName | Uppercase<PresetName>): SecurityPolicyFields {
  const preset = findPreset(name);
  if (preset === undefined) {
    throw new ValidationError({
      subject: 'policy preset',
      faults: [{ path: '', problem: notAPreset(name) }],
    });
  }
  return preset;
}

function findPreset(name: unknown): SecurityPolicyFields | undefined {
  const key = typeof name === 'string' ? name.toLowerCase() : '';
  return Object.hasOwn(PRESETS, key) ? PRESETS[key as PresetName] : undefined;
}

function notAPreset(name: unknown): string {
  return `${describeValue(name)} is none; the presets are ${listPresets().join(', ')}`;
}

/** What `createPolicy` takes: a base, and any field of the policy or of its limits to change. */
export type CreatePolicyOptions = SecurityPolicyInput &
  ResourceLimitsInput & {
    /** The policy to start from: a preset's name or any policy. @defaultValue the defaults of `SecurityPolicy.create()` */
    readonly base?: SecurityPolicyFields | PresetName | Uppercase<PresetName>;
  };

const checkBase: Check = (value, path, faults) => {
  if (isRecord(value)) checkPolicy(value, path, faults);
  else if (typeof value !== 'string')
    faults.add(path, `must be a policy or a preset name, not ${describeValue(value)}`);
  else if (findPreset(value) === undefined) faults.add(path, notAPreset(value));
};

const checkOptions = objectOf(
  { ...POLICY_CHECKS, ...RESOURCE_LIMIT_CHECKS, base: checkBase },
  { noun: 'option' },
);

const LIMIT_NAMES = Object.keys(RESOURCE_LIMIT_CHECKS);

/**
 * A policy that differs from its base in the given fields. Lists replace the base's, they are not joined.
 *
 * A limit may stand flat or in `resourceLimits`; flat wins, so that a spread policy can be changed.
 *
 * A field that is set also lifts what would make it void in the base: `allowSubprocess: true` and
 * `allowNetwork: true` take their system calls out of the base's `deniedSyscalls` and their modules out of its
 * `blockedModules`, and naming `writablePaths` sets `allowFileWrite`; what the caller gives explicitly stays as given.
 *
 * @throws ValidationError (a `RangeError` where a number is out of range) that names every wrong field.
 */
export function createPolicy(options: CreatePolicyOptions = {}): SecurityPolicyFields {
  const own = ownPolicyFields(options);
  assertValid('policy', checkOptions, own);
  const { base: baseOption, resourceLimits, ...fields } = own;
  const base = typeof baseOption === 'string' ? getPreset(baseOption) : createSecurityPolicy(baseOption);
  const given: [string, unknown][] = Object.entries(fields);
  const limitFields = Object.fromEntries(
    given.filter(([name, value]) => LIMIT_NAMES.includes(name) && value !== undefined),
  );
  return mergePolicy(base, { ...fields, resourceLimits: { ...resourceLimits, ...limitFields } });
}

/**
 * What a plugin may do and who must have signed it. Immutable: derive another with {@link createPolicy}.
 *
 * @interface
 */
export type SecurityPolicy = SecurityPolicyFields;

/** Makes {@link SecurityPolicy} objects, and holds the six presets. */
export const SecurityPolicy: {
  /**
   * Completes `input` with the defaults: a process, nothing allowed, one trusted signature, strict.
   * @throws ValidationError (a `RangeError` where a number is out of range) that names every wrong field.
   */
  create(input?: SecurityPolicyInput): SecurityPolicyFields;
} & Readonly<Record<Uppercase<PresetName>, SecurityPolicyFields>> = Object.freeze({
  create: createSecurityPolicy,
  DEVELOPMENT,
  TESTING,
  STANDARD,
  ENTERPRISE,
  STRICT,
  AIRGAPPED,
});
