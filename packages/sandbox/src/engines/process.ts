import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import {
  type EnforcementReport,
  IsolationLevel,
  type SandboxContext,
  type SandboxOptions,
  type SecurityPolicy,
} from '@truthound/protocols';
import { type AppliedLayer, assertEnforced, createEnforcementReport } from '../confinement/enforcement.ts';
import { grantPaths } from '../confinement/granted-paths.ts';
import { createGuestPlan } from '../confinement/create-guest-plan.ts';
import { planKernel, planKernelLockdown } from '../confinement/kernel-layers.ts';
import { ConfinedGuest, type GuestStart } from '../confinement/confined-guest.ts';
import { cgroupsAreGone } from '../confinement/guest-cgroup.ts';
import { type UserId, giveTo } from '../confinement/guest-user.ts';
import {
  PROCESS_HOST,
  type ProcessHost,
  type ProcessHostOption,
  describeProcessHost,
} from '../confinement/process-host.ts';
import { appliedProcessLayers } from '../confinement/process-layers.ts';
import {
  type ProcessPlan,
  describeRemedy,
  planProcess,
  wouldBubblewrapHelp,
} from '../confinement/process-plan.ts';
import { findGuestEntry } from '../guest-entry.ts';
import { type ResolvedPluginSource, resolvePluginSource } from '../plugin-entry-point.ts';
import { readGuestNode, toProgramPath } from '../process/guest-node.ts';
import { type LaunchFacts, standbyKey } from '../process/launch-arguments.ts';
import { ModuleCopies } from '../process/module-copies.ts';
import { SandboxSession } from '../session/sandbox-session.ts';
import { assertEngineFits } from './engine-fit.ts';
import { STARTUP_TIMEOUT_MS, SessionEngine } from './session-engine.ts';

/** How a {@link ProcessSandboxEngine} starts its guests. */
export interface ProcessSandboxEngineOptions {
  /** The Node binary that guests run on: a path, from the current folder on, or a name to look up. @defaultValue the host's own */
  readonly guestNode?: string;
  /**
   * How many guests are kept started ahead, for each set of command-line options: a first call then takes
   * milliseconds where it took a start of Node. Each costs some 14 MB. @defaultValue 0
   */
  readonly standby?: number;
}

interface StartedSession {
  readonly session: SandboxSession;
  readonly confined: ConfinedGuest;
  /** What its guest can read. */
  readonly readable: readonly string[];
  /** Whom it runs as, where that is another user. */
  readonly user: UserId | undefined;
}

/** A guest could not lock itself down as it should, and bubblewrap could. */
class BubblewrapNeeded extends Error {}

/** Runs each plugin in a Node process of its own. */
export class ProcessSandboxEngine extends SessionEngine<ConfinedGuest> {
  readonly isolationLevel: IsolationLevel = IsolationLevel.PROCESS;
  readonly #node: string;
  readonly #host: ProcessHost;
  /** Whether a guest's own lockdown has left something open that bubblewrap closes. */
  #needsBubblewrap = false;
  /** Whether a guest of this engine has confirmed that the kernel's layers stand here. */
  #isKernelProven = false;

  /** @throws ValidationRangeError for a number of standby guests that is none */
  constructor(options: ProcessSandboxEngineOptions & ProcessHostOption = {}) {
    const { guestNode = process.execPath, standby = 0 } = options;
    super('ProcessSandboxEngineOptions', standby);
    this.#host = { ...describeProcessHost(), ...options[PROCESS_HOST] };
    this.#node = toProgramPath(guestNode);
  }

  async createSandbox(
    pluginId: string,
    policy: SecurityPolicy,
    options: SandboxOptions = {},
  ): Promise<SandboxContext> {
    assertEngineFits(this.isolationLevel, policy, pluginId);
    const source =
      options.plugin === undefined ? undefined : await resolvePluginSource(options.plugin, pluginId);
    const started = await this.#startSession(pluginId, policy, options, source);
    const { session, confined, readable, user } = started;
    const share = user && ((copy: string) => giveTo(user, copy));
    const copies = new ModuleCopies(pluginId, confined.scratch.modules, readable, share);
    this.sessions.add(session, copies, () => confined[Symbol.asyncDispose]());
    if (source !== undefined) await this.load(session, source, options.signal);
    return session;
  }

  override async cleanup(): Promise<void> {
    await super.cleanup();
    await cgroupsAreGone();
  }

  async #startSession(
    pluginId: string,
    policy: SecurityPolicy,
    options: SandboxOptions,
    source: ResolvedPluginSource | undefined,
  ): Promise<StartedSession> {
    try {
      return await this.#tryToStart(pluginId, policy, options, source);
    } catch (error) {
      if (!(error instanceof BubblewrapNeeded)) throw error;
      // Once seen, known for all further guests.
      this.#needsBubblewrap = true;
      return this.#tryToStart(pluginId, policy, options, source);
    }
  }

  async #tryToStart(
    pluginId: string,
    policy: SecurityPolicy,
    options: SandboxOptions,
    source: ResolvedPluginSource | undefined,
  ): Promise<StartedSession> {
    const node = await readGuestNode(this.#node);
    const debug = options.debug === true;
    const { script, folder } = findGuestEntry();
    const granted = await grantPaths(policy, pluginId);
    const own = [folder, ...(source === undefined ? [] : [source.root])].map((path) => realpathSync(path));
    const paths = { read: [...own, ...granted.read], write: granted.write };
    const plan = await planProcess(this.#host, {
      policy,
      node,
      debug,
      paths,
      always: isAbsolute(this.#node) ? [this.#node] : [],
      needsBubblewrap: this.#needsBubblewrap,
    });
    const { kernelRoad } = plan;
    const launch: LaunchFacts = { policy, node, kernelRoad, script, debug };
    const start: GuestStart = { pluginId, node: this.#node, launch, plan, paths, env: options.env };
    const parked = this.#takeStandby(start);
    const confined = parked ?? (await ConfinedGuest.start(start));
    const { guest, scratch } = confined;
    const read = [...paths.read, scratch.path];
    const write = policy.allowFileWrite ? [...paths.write, scratch.work] : [];
    const lockdown = planKernelLockdown(policy, { read, write }, this.#node, debug);
    const startsOthers = policy.allowSubprocess;
    const facts = { node, debug, hasNarrowPaths: parked === undefined, startsOthers };
    let outer: readonly AppliedLayer[] = [];
    try {
      const session = await SandboxSession.start(
        {
          pluginId,
          policy,
          link: guest,
          plan: createGuestPlan(
            policy,
            Object.keys(options.host ?? {}),
            kernelRoad && planKernel(kernelRoad, scratch.work, lockdown),
            guest.isWrapped,
          ),
          host: options.host ?? {},
          hasTimeLimits: !debug,
          startupTimeoutMs: STARTUP_TIMEOUT_MS,
          createReport: async (steps) => {
            outer = await confined.confirm(plan, steps);
            const layers = appliedProcessLayers(facts, steps, outer);
            const report = createEnforcementReport(policy, layers, granted.notes);
            if (await this.#shouldWrap(plan, report)) throw new BubblewrapNeeded();
            assertEnforced(policy, report, pluginId, describeRemedy(this.#host));
            this.#isKernelProven ||=
              report.fileRead.by.includes('landlock') && report.syscalls.by.includes('seccomp');
            return report;
          },
        },
        options.signal,
      );
      confined.watch(session, outer);
      return { session, confined, readable: [...read, ...write], user: plan.user };
    } catch (error) {
      await confined[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Whether a guest is to be started again in bubblewrap, which would keep what its own lockdown could not. */
  async #shouldWrap({ bubblewrap, debug, user }: ProcessPlan, report: EnforcementReport): Promise<boolean> {
    if (bubblewrap !== undefined || debug || !wouldBubblewrapHelp(report)) return false;
    return (await this.#host.findBubblewrap(user)) !== undefined;
  }

  /**
   * A guest from the pool, where one fits. Its Node may read every path until it locks itself down, so
   * only machines whose kernel has proven to do that get one.
   */
  #takeStandby(start: GuestStart): ConfinedGuest | undefined {
    const { launch, plan, env } = start;
    if (this.standby === undefined || !this.#isKernelProven || launch.debug || env !== undefined)
      return undefined;
    if (plan.bubblewrap !== undefined) return undefined;
    const paths = { read: ['*'], write: launch.policy.allowFileWrite ? ['*'] : [] };
    return this.standby.take(standbyKey(launch, plan.user, plan.controllers), () =>
      ConfinedGuest.start({ ...start, pluginId: 'standby', launch: { ...launch, isStandby: true }, paths }),
    );
  }
}
