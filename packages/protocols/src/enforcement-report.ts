/** What a policy promises, one name each. */
export const GUARANTEES = [
  'memory',
  'cpu',
  'wallTime',
  'fileDescriptors',
  'fileRead',
  'fileWrite',
  'network',
  'subprocess',
  'syscalls',
  'modules',
  'environment',
  'hostSignals',
  'processCount',
] as const;
Object.freeze(GUARANTEES);

/** One of {@link GUARANTEES}. */
export type Guarantee = (typeof GUARANTEES)[number];

/**
 * - `enforced`: a layer outside the plugin's own JavaScript keeps it.
 * - `partial`: kept in some cases; `detail` says which are not.
 * - `unavailable`: asked for and not kept on this machine.
 * - `not-requested`: the policy does not ask for it.
 */
export type EnforcementStatus = 'enforced' | 'partial' | 'unavailable' | 'not-requested';

/** How one guarantee is kept in one sandbox. */
export interface GuaranteeReport {
  readonly status: EnforcementStatus;
  /** The layers that keep it, as they were really applied: `node-permissions`, `landlock`, `seccomp`, `watchdog`, … */
  readonly by: readonly string[];
  /** In plain words: what is kept and what is not, and what would help. */
  readonly detail: string;
}

/** What one running sandbox really enforces. Built from what guest and kernel confirmed, never from what was planned. */
export type EnforcementReport = Readonly<Record<Guarantee, GuaranteeReport>>;

/** The guarantees that the policy asks for and that are not fully kept, in the order of {@link GUARANTEES}. */
export function findUnenforced(report: EnforcementReport): readonly Guarantee[] {
  return GUARANTEES.filter(
    (name) => report[name].status === 'partial' || report[name].status === 'unavailable',
  );
}
