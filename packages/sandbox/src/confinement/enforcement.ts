import {
  type EnforcementReport,
  type EnforcementStatus,
  GUARANTEES,
  type Guarantee,
  type GuaranteeReport,
  SandboxError,
  type SecurityPolicy,
  findUnenforced,
} from '@truthound/protocols';

/** What one layer keeps of one guarantee. */
export interface Claim {
  readonly guarantee: Guarantee;
  /** `partial`: it keeps some cases, or holds only against honest mistakes. */
  readonly strength: 'enforced' | 'partial';
  /** What it keeps, as a clause: "heap, Buffers and WebAssembly together". */
  readonly detail: string;
}

/** A layer that was really applied to a guest, and confirmed. */
export interface AppliedLayer {
  readonly name: string;
  readonly claims: readonly Claim[];
}

/** Whether a policy asks for a guarantee at all. */
const IS_REQUESTED: Readonly<Record<Guarantee, (policy: SecurityPolicy) => boolean>> = {
  memory: ({ resourceLimits }) => Number.isFinite(resourceLimits.maxMemoryMb),
  cpu: ({ resourceLimits }) => Number.isFinite(resourceLimits.maxCpuPercent),
  wallTime: ({ resourceLimits }) => Number.isFinite(resourceLimits.maxExecutionTimeSec),
  fileDescriptors: ({ resourceLimits }) => Number.isFinite(resourceLimits.maxFileDescriptors),
  fileRead: () => true,
  fileWrite: () => true,
  network: ({ allowNetwork }) => !allowNetwork,
  subprocess: ({ allowSubprocess }) => !allowSubprocess,
  syscalls: ({ resourceLimits }) => resourceLimits.deniedSyscalls.length > 0,
  modules: ({ allowedModules, blockedModules }) => allowedModules.length + blockedModules.length > 0,
  environment: () => true,
  hostSignals: () => true,
  processCount: ({ allowSubprocess }) => !allowSubprocess,
};

function reportGuarantee(
  guarantee: Guarantee,
  policy: SecurityPolicy,
  layers: readonly AppliedLayer[],
  note: string | undefined,
): GuaranteeReport {
  if (!IS_REQUESTED[guarantee](policy)) {
    return { status: 'not-requested', by: [], detail: 'the policy does not ask for it' };
  }
  const kept = layers.flatMap(({ name, claims }) =>
    claims.filter((claim) => claim.guarantee === guarantee).map((claim) => ({ name, ...claim })),
  );
  const isEnforced = kept.some(({ strength }) => strength === 'enforced');
  const status: EnforcementStatus = isEnforced ? 'enforced' : kept.length > 0 ? 'partial' : 'unavailable';
  const said = kept.map(({ name, detail: what }) => `${name}: ${what}`);
  if (said.length === 0) said.push('no layer that keeps it could be applied here');
  const detail = [...said, ...(note === undefined ? [] : [note])].join('; ');
  return { status, by: [...new Set(kept.map(({ name }) => name))], detail };
}

/**
 * Puts together what the applied layers keep of a policy.
 * @param notes more to say on a guarantee
 */
export function createEnforcementReport(
  policy: SecurityPolicy,
  layers: readonly AppliedLayer[],
  notes: Readonly<Partial<Record<Guarantee, string>>> = {},
): EnforcementReport {
  const entries = GUARANTEES.map(
    (guarantee) =>
      [guarantee, Object.freeze(reportGuarantee(guarantee, policy, layers, notes[guarantee]))] as const,
  );
  return Object.freeze(Object.fromEntries(entries)) as EnforcementReport;
}

/**
 * Refuses a sandbox that keeps less than a strict policy asks.
 * @throws SandboxError that names each guarantee and the remedy
 */
export function assertEnforced(
  policy: SecurityPolicy,
  report: EnforcementReport,
  pluginId: string,
  remedy: string,
): void {
  if (policy.enforcement !== 'strict') return;
  const missing = findUnenforced(report);
  if (missing.length === 0) return;
  const list = missing.map((name) => `${name} (${report[name].status}: ${report[name].detail})`).join(', ');
  throw new SandboxError(
    `the policy of plugin "${pluginId}" asks for strict enforcement, and this machine does not keep: ${list}. ` +
      `${remedy}; or set enforcement: 'best-effort' to run without`,
    { pluginId, details: { missing } },
  );
}
