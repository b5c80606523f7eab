/**
 * The layers that the host holds around a started guest: its control group, its limits where it cannot set
 * them itself, what bubblewrap came to, and the watchdogs.
 *
 * @module
 */
import { SandboxResourceError } from '@truthound/protocols';
import type { StepReport } from '../guest/guest-plan.ts';
import { CpuGovernor } from '../process/cpu-governor.ts';
import { GroupMembers } from '../process/group-members.ts';
import { MemoryWatchdog } from '../process/memory-watchdog.ts';
import type { ProcessGuest } from '../process/process-guest.ts';
import type { SandboxSession } from '../session/sandbox-session.ts';
import type { BubblewrapPlan } from './bubblewrap.ts';
import { appliedBubblewrapLayers } from './bubblewrap-layer.ts';
import type { AppliedLayer } from './enforcement.ts';
import { GuestCgroup } from './guest-cgroup.ts';
import { otherUserLayer } from './guest-user.ts';
import { applyOuterLimits } from './outer-limits.ts';
import { findWrappedProcess, inspectProcess } from './process-inspection.ts';
import { GOVERNOR_LAYER, MEMORY_WATCHDOG_LAYER } from './process-layers.ts';
import type { ProcessPlan } from './process-plan.ts';

const keeps = (layers: readonly AppliedLayer[], guarantee: 'memory' | 'cpu'): boolean =>
  layers.some(({ claims }) =>
    claims.some((claim) => claim.guarantee === guarantee && claim.strength === 'enforced'),
  );

export class OuterConfinement implements Disposable {
  readonly #group: GuestCgroup | undefined;
  readonly #watchers: Disposable[] = [];
  #isGroupUsed = false;

  /** Makes the guest's control group, where there can be one. */
  constructor({ cgroups, controllers }: Pick<ProcessPlan, 'cgroups' | 'controllers'>) {
    this.#group = cgroups && GuestCgroup.create(cgroups, controllers);
  }

  /** Whether the kernel has ended something of the guest's for want of memory. */
  get isOutOfMemory(): boolean {
    return this.#group?.isOutOfMemory ?? false;
  }

  /** Moves a guest that has just been started. One in a wrapper has yet to be started by that. */
  attach(guest: ProcessGuest): void {
    if (guest.isWrapped) return;
    this.#isGroupUsed = true;
    this.#group?.add(guest.pid);
  }

  /** Applies what is left to apply before plugin code runs; answers all that stands, by what the kernel says. */
  async confirm(
    guest: ProcessGuest,
    plan: ProcessPlan,
    steps: readonly StepReport[],
    tree: BubblewrapPlan | undefined,
  ): Promise<readonly AppliedLayer[]> {
    const holds = (step: string): boolean => steps.some((each) => each.ok && each.step === step);
    const layers: AppliedLayer[] = [];
    if (tree !== undefined) {
      const pid = findWrappedProcess(guest.pid);
      if (pid !== undefined) guest.processId = pid;
      layers.push(
        ...appliedBubblewrapLayers(
          tree,
          pid === undefined ? undefined : inspectProcess(pid),
          holds('early-filter'),
        ),
      );
    }
    if (plan.user !== undefined) layers.push(...otherUserLayer(plan.user, guest.processId));
    if (plan.prlimit !== undefined && !(holds('kernel:memory') && holds('kernel:descriptors')))
      layers.push(...(await applyOuterLimits(plan.prlimit, guest.processId, plan.policy, plan.user)));
    layers.push(...(await this.#confirmGroup(guest, plan)));
    if (plan.debug || !plan.canWatch) return layers;
    const { allowSubprocess, resourceLimits } = plan.policy;
    const isMemoryBound = keeps(layers, 'memory') || (holds('kernel:memory') && !allowSubprocess);
    if (Number.isFinite(resourceLimits.maxMemoryMb) && !isMemoryBound) layers.push(MEMORY_WATCHDOG_LAYER);
    if (Number.isFinite(resourceLimits.maxCpuPercent) && !keeps(layers, 'cpu')) layers.push(GOVERNOR_LAYER);
    return layers;
  }

  /** Starts the watchdogs among the layers that were confirmed. */
  watch(session: SandboxSession, guest: ProcessGuest, layers: readonly AppliedLayer[]): void {
    const { policy, pluginId, sandboxId } = session;
    const { maxMemoryMb, maxCpuPercent } = policy.resourceLimits;
    const members = new GroupMembers(guest.pid, guest.processId, policy.allowSubprocess);
    if (layers.includes(GOVERNOR_LAYER))
      this.#watchers.push(new CpuGovernor(guest.pid, maxCpuPercent, members));
    if (layers.includes(MEMORY_WATCHDOG_LAYER)) {
      const onExceeded = (actual: number): void => {
        const facts = { pluginId, sandboxId, resourceType: 'memory', limit: maxMemoryMb, actual } as const;
        void session.terminate(new SandboxResourceError(facts));
      };
      this.#watchers.push(new MemoryWatchdog({ members, limitMb: maxMemoryMb, onExceeded }));
    }
  }

  /** Stops the watchdogs at once; the group goes when the kernel lets go of it: {@link cgroupsAreGone}. */
  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.splice(0)) watcher[Symbol.dispose]();
    this.#group?.[Symbol.dispose]();
  }

  async #confirmGroup(guest: ProcessGuest, plan: ProcessPlan): Promise<readonly AppliedLayer[]> {
    if (this.#group === undefined) return [];
    if (!this.#isGroupUsed) this.#group.add(guest.processId);
    return this.#group.confirm(guest.processId, plan.policy, plan.controllers);
  }
}
