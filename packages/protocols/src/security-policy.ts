import { deepFreeze } from './deep-freeze.ts';
import { ISOLATION_LEVELS, IsolationLevel } from './isolation-level.ts';
import {
  NETWORK_MODULES,
  STANDARD_ALLOWED_MODULES,
  STANDARD_BLOCKED_MODULES,
  SUBPROCESS_MODULES,
  coversModule,
  moduleName,
  normalizeModuleName,
} from './module-lists.ts';
import {
  NETWORK_SYSCALLS,
  RESOURCE_LIMIT_CHECKS,
  ResourceLimits,
  type ResourceLimitsInput,
  SUBPROCESS_SYSCALLS,
  mergeLimits,
} from './resource-limits.ts';
import {
  type Check,
  arrayOf,
  assertValid,
  boolean,
  isRecord,
  objectOf,
  oneOf,
  ownFields,
  wholeNumber,
} from './validation.ts';

/** What happens where a guarantee of the policy cannot be kept on this machine. */
export const EnforcementMode = {
  /** The sandbox refuses to start, naming the guarantee and the remedy. */
  STRICT: 'strict',
  /** The sandbox starts, and its `EnforcementReport` says what is missing. */
  BEST_EFFORT: 'best-effort',
} as const;
Object.freeze(EnforcementMode);

/** One of the values of the {@link EnforcementMode} object. */
export type EnforcementMode = (typeof EnforcementMode)[keyof typeof EnforcementMode];

/** What a plugin may do and who must have signed it. Immutable: derive another with `createPolicy`. */
export interface SecurityPolicy {
  /** The least isolation the plugin runs under. @defaultValue `process` */
  readonly isolationLevel: IsolationLevel;
  readonly resourceLimits: ResourceLimits;
  /** Whether it may reach the network by TCP and UDP, names included. Unix sockets stay closed. @defaultValue false */
  readonly allowNetwork: boolean;
  /** Whether it may start processes. What `deniedSyscalls` names stays denied. @defaultValue false */
  readonly allowSubprocess: boolean;
  /** Whether it may write files: those below `writablePaths`, and a private scratch folder. @defaultValue false */
  readonly allowFileWrite: boolean;
  /** The built-in modules it may use; empty for all that are not blocked. Its own npm packages are always its own. */
  readonly allowedModules: readonly string[];
  /** Modules it may never use, built-in or from npm; wins over `allowedModules`. */
  readonly blockedModules: readonly string[];
  /** How many valid signatures, by different signers with different keys, its files must carry. @defaultValue 1 */
  readonly requiredSignatures: number;
  /** Whether those signers must be `TRUSTED`; else `VERIFIED` is enough. @defaultValue true */
  readonly requireTrustedSigner: boolean;
  /** How old a signature may be, in days; 0 for no age limit. @defaultValue 365 */
  readonly signatureMaxAgeDays: number;
  /** What happens where a guarantee cannot be kept. @defaultValue `strict` */
  readonly enforcement: EnforcementMode;
}

/** Fields as a caller may give them: each optional, limits merged field by field. */
export type SecurityPolicyInput = Partial<Omit<SecurityPolicy, 'resourceLimits'>> & {
  readonly resourceLimits?: ResourceLimitsInput;
};

/** One check for each field. `createPolicy` adds the limits to it. */
export const POLICY_CHECKS: Readonly<Record<keyof SecurityPolicy, Check>> = {
  isolationLevel: oneOf(ISOLATION_LEVELS),
  resourceLimits: objectOf(RESOURCE_LIMIT_CHECKS, { noun: 'limit' }),
  allowNetwork: boolean,
  allowSubprocess: boolean,
  allowFileWrite: boolean,
  allowedModules: arrayOf(moduleName),
  blockedModules: arrayOf(moduleName),
  requiredSignatures: wholeNumber({ minimum: 0 }),
  requireTrustedSigner: boolean,
  signatureMaxAgeDays: wholeNumber({ minimum: 0, allowInfinity: true }),
  enforcement: oneOf(Object.values(EnforcementMode)),
};

/** Checks a whole policy; nested faults have their path. */
export const checkPolicy: Check = objectOf(POLICY_CHECKS, { noun: 'policy field' });

const DEFAULT_POLICY: SecurityPolicy = deepFreeze({
  isolationLevel: IsolationLevel.PROCESS,
  resourceLimits: ResourceLimits.standard(),
  allowNetwork: false,
  allowSubprocess: false,
  allowFileWrite: false,
  allowedModules: [...STANDARD_ALLOWED_MODULES],
  blockedModules: [...STANDARD_BLOCKED_MODULES],
  requiredSignatures: 1,
  requireTrustedSigner: true,
  signatureMaxAgeDays: 365,
  enforcement: EnforcementMode.STRICT,
});

/**
 * What a field that a caller sets means for the fields it did not set.
 *
 * Who writes `allowSubprocess: true` over a policy that denies `fork` and blocks `child_process` wants
 * subprocesses; who lists a writable path wants it written. Without this the wider permission would be
 * granted on paper only. What the caller wrote himself is never touched.
 */
function impliedBy(base: SecurityPolicy, input: SecurityPolicyInput): SecurityPolicyInput & Implied {
  const granted = GRANTS.filter(({ field }) => input[field] === true);
  const lifted = granted.flatMap(({ syscalls }) => syscalls);
  const modules = granted.flatMap((grant) => grant.modules);
  const limits = input.resourceLimits ?? {};
  const denied =
    limits.deniedSyscalls ?? base.resourceLimits.deniedSyscalls.filter((name) => !lifted.includes(name));
  const grantsPaths = limits.writablePaths !== undefined && limits.writablePaths.length > 0;
  return {
    ...input,
    allowedModules: input.allowedModules ?? addModules(base.allowedModules, modules),
    blockedModules: input.blockedModules ?? removeModules(base.blockedModules, modules),
    allowFileWrite: input.allowFileWrite ?? (grantsPaths || base.allowFileWrite),
    resourceLimits: { ...limits, deniedSyscalls: denied },
  };
}

/** The fields whose value may follow from others, decided. */
type Implied = Required<
  Pick<SecurityPolicyInput, 'allowFileWrite' | 'allowedModules' | 'blockedModules' | 'resourceLimits'>
>;

/** The permissions that a system call or a module would make void. */
const GRANTS = [
  { field: 'allowSubprocess', syscalls: SUBPROCESS_SYSCALLS, modules: SUBPROCESS_MODULES },
  { field: 'allowNetwork', syscalls: NETWORK_SYSCALLS, modules: NETWORK_MODULES },
] as const;

/** An empty list allows all, and must stay empty. */
function addModules(allowed: readonly string[], modules: readonly string[]): readonly string[] {
  if (allowed.length === 0) return allowed;
  return [...allowed, ...modules.filter((name) => !coversModule(allowed, name))];
}

function removeModules(blocked: readonly string[], modules: readonly string[]): readonly string[] {
  return blocked.filter((name) => !modules.includes(normalizeModuleName(name)));
}

/** Puts already checked fields over `base`; an `undefined` field keeps the base. */
export function mergePolicy(base: SecurityPolicy, given: SecurityPolicyInput): SecurityPolicy {
  const input = impliedBy(base, given);
  return deepFreeze({
    isolationLevel: input.isolationLevel ?? base.isolationLevel,
    resourceLimits: mergeLimits(base.resourceLimits, input.resourceLimits),
    allowNetwork: input.allowNetwork ?? base.allowNetwork,
    allowSubprocess: input.allowSubprocess ?? base.allowSubprocess,
    allowFileWrite: input.allowFileWrite,
    allowedModules: [...input.allowedModules],
    blockedModules: [...input.blockedModules],
    requiredSignatures: input.requiredSignatures ?? base.requiredSignatures,
    requireTrustedSigner: input.requireTrustedSigner ?? base.requireTrustedSigner,
    signatureMaxAgeDays: input.signatureMaxAgeDays ?? base.signatureMaxAgeDays,
    enforcement: input.enforcement ?? base.enforcement,
  });
}

/** As {@link ownFields}, also for the limits inside. */
export function ownPolicyFields<T>(input: T): T {
  const own = ownFields(input);
  return isRecord(own) && own['resourceLimits'] !== undefined
    ? Object.assign(own, { resourceLimits: ownFields(own['resourceLimits']) })
    : own;
}

/** Completes `input` with the defaults, checked and deeply frozen. */
export function createSecurityPolicy(input: SecurityPolicyInput = {}): SecurityPolicy {
  const own = ownPolicyFields(input);
  assertValid('SecurityPolicy', checkPolicy, own);
  return mergePolicy(DEFAULT_POLICY, own);
}
