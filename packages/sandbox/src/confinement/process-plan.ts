/**
 * From a policy and what the machine offers to the layers that a guest is started with. What of them holds,
 * the report says afterwards.
 *
 * @module
 */
import type { EnforcementReport, Guarantee, SecurityPolicy } from '@truthound/protocols';
import type { CgroupParents, Controller } from './cgroups.ts';
import { wantedControllers } from './guest-cgroup.ts';
import { type UserId, canUsePaths } from './guest-user.ts';
import { type KernelRoad, findKernelRoad } from './kernel-layers.ts';
import type { NodeFacts, PermittedPaths } from './node-permissions.ts';
import type { ProcessHost } from './process-host.ts';

/** The layers around one guest. What is `undefined` is not applied. */
export interface ProcessPlan {
  readonly policy: SecurityPolicy;
  readonly node: NodeFacts;
  readonly debug: boolean;
  /** Without the guest's own folder. */
  readonly paths: PermittedPaths;
  readonly kernelRoad: KernelRoad | undefined;
  readonly bubblewrap: string | undefined;
  readonly prlimit: string | undefined;
  readonly cgroups: CgroupParents | undefined;
  /** What a control group is to limit. */
  readonly controllers: readonly Controller[];
  /** Whom it runs as, where that is not whoever runs the host. */
  readonly user: UserId | undefined;
  /** Whether the host can watch its memory and CPU time. */
  readonly canWatch: boolean;
}

/** What a plan is made from. */
export interface ProcessPlanRequest {
  readonly policy: SecurityPolicy;
  readonly node: NodeFacts;
  readonly debug: boolean;
  readonly paths: PermittedPaths;
  /** What every guest must read: the guest's code, and the folder of its Node. */
  readonly always: readonly string[];
  /** Whether the guest's own lockdown has been seen to leave something open that bubblewrap closes. */
  readonly needsBubblewrap: boolean;
}

/** Chooses the layers. */
export async function planProcess(host: ProcessHost, request: ProcessPlanRequest): Promise<ProcessPlan> {
  const { policy, node, debug, paths, always, needsBubblewrap } = request;
  const ownRoad = findKernelRoad(node, host.platform, host.arch, host.kernelRoads);
  const user = chooseUser(host, { read: [...always, ...paths.read], write: paths.write });
  // A debugger connects to the guest; in a network of its own there is nobody.
  const isWrapped = (needsBubblewrap || ownRoad === undefined) && !debug;
  const bubblewrap = isWrapped ? await host.findBubblewrap(user) : undefined;
  const prlimit = host.findPrlimit();
  const controllers = wantedControllers(policy, ownRoad !== undefined || prlimit !== undefined);
  return {
    policy,
    node,
    debug,
    paths,
    // The native road failed, and to be tried again it would need a folder that the guest can write.
    kernelRoad: bubblewrap !== undefined && ownRoad === 'native' ? undefined : ownRoad,
    bubblewrap,
    prlimit,
    cgroups: debug || controllers.length === 0 ? undefined : host.findCgroups(),
    controllers,
    user,
    canWatch: host.canWatch,
  };
}

function chooseUser({ otherUser }: ProcessHost, paths: PermittedPaths): UserId | undefined {
  return otherUser !== undefined && canUsePaths(otherUser, paths) ? otherUser : undefined;
}

const KEPT_BY_BUBBLEWRAP: readonly Guarantee[] = [
  'fileRead',
  'fileWrite',
  'network',
  'subprocess',
  'syscalls',
  'modules',
  'hostSignals',
  'processCount',
];

/** Whether a report leaves something open that bubblewrap would keep. */
export function wouldBubblewrapHelp(report: EnforcementReport): boolean {
  return KEPT_BY_BUBBLEWRAP.some(
    (name) => report[name].status === 'partial' || report[name].status === 'unavailable',
  );
}

const REMEDY_ON_LINUX =
  'it needs Linux with Landlock and seccomp (kernel 6.12 or newer for all of it); guests on Node before 26.1 also need a temporary folder that is not mounted noexec (guestNode, TMPDIR), or bubblewrap (apt-get install bubblewrap) with user namespaces allowed';
const REMEDY_ELSEWHERE =
  'only Linux keeps it for processes: run the host in a Linux virtual machine or container, or use a policy with isolationLevel: "container"';

/** What would make a machine keep all that a strict policy asks. */
export function describeRemedy({ platform }: Pick<ProcessHost, 'platform'>): string {
  return platform === 'linux' ? REMEDY_ON_LINUX : REMEDY_ELSEWHERE;
}
