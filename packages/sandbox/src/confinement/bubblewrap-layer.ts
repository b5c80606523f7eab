/**
 * What bubblewrap keeps, by what the kernel says of the process that it started.
 *
 * @module
 */
import type { SecurityPolicy } from '@truthound/protocols';
import { type BubblewrapPlan, bubblewrapTree } from './bubblewrap.ts';
import type { AppliedLayer, Claim } from './enforcement.ts';
import type { ProcessInspection } from './process-inspection.ts';

/** Folders that bubblewrap makes itself. */
const ITS_OWN = /^\/(?:dev|proc)(?:\/|$)/;

/** Whether the process sees no more of the machine's files than it was to. */
export function seesOnly(plan: BubblewrapPlan, mountPoints: readonly string[]): boolean {
  const { required, optional, writable } = bubblewrapTree(plan);
  const granted = new Set(['/', ...required, ...optional, ...writable]);
  return (
    mountPoints.length > 0 &&
    mountPoints.every((point) => granted.has(point) || ITS_OWN.test(point) || isBelow(point, granted))
  );
}

/** A mount of the machine's inside of a granted folder comes with it. */
function isBelow(point: string, granted: ReadonlySet<string>): boolean {
  return [...granted].some((path) => path !== '/' && point.startsWith(`${path}/`));
}

const enforced = (guarantee: Claim['guarantee'], detail: string): Claim => ({
  guarantee,
  strength: 'enforced',
  detail,
});

/** What of bubblewrap stands. The filter was tried in the guest; without that it counts as absent. */
export function appliedBubblewrapLayers(
  plan: BubblewrapPlan,
  inspection: ProcessInspection | undefined,
  filterWasTried: boolean,
): readonly AppliedLayer[] {
  if (inspection === undefined) return [];
  const { ownNamespaces, hasFilter, noNewPrivileges, hasPrivileges, mountPoints } = inspection;
  const isOwn = (name: (typeof ownNamespaces)[number]): boolean => ownNamespaces.includes(name);
  const hasTree = isOwn('mnt') && !hasPrivileges && noNewPrivileges && seesOnly(plan, mountPoints);
  const hasNetwork = isOwn('net');
  const claims = [
    ...(hasTree
      ? [
          enforced('fileRead', 'a tree of files of its own: the granted paths, Node and its libraries'),
          ...(plan.policy.allowFileWrite || plan.paths.write.length === 0
            ? [enforced('fileWrite', 'everything but the granted paths is mounted read-only')]
            : []),
        ]
      : []),
    ...(hasNetwork
      ? [{ guarantee: 'network', strength: 'partial', detail: 'interfaces of its own' } as const]
      : []),
    ...(isOwn('pid') ? [enforced('hostSignals', 'no process outside can be seen')] : []),
  ];
  const filter =
    hasFilter && noNewPrivileges && filterWasTried
      ? [{ name: 'seccomp', claims: filterClaims(plan.policy) }]
      : [];
  return [...(claims.length === 0 ? [] : [{ name: 'bubblewrap', claims }]), ...filter];
}

function filterClaims({ resourceLimits }: SecurityPolicy): readonly Claim[] {
  const leavesExecve = resourceLimits.deniedSyscalls.includes('execve')
    ? ' (execve, by which bubblewrap starts Node, is closed by Node’s permission model, and past it could run Node alone, as confined)'
    : '';
  return [
    enforced('network', 'no socket can be made'),
    enforced('subprocess', 'no process can be started'),
    enforced('processCount', 'no process can be started'),
    enforced('syscalls', `the denied calls fail${leavesExecve}`),
  ];
}
