import { closeSync, writeSync } from 'node:fs';
import type { SandboxOptions } from '@truthound/protocols';
import type { StepReport } from '../guest/guest-plan.ts';
import { isLinuxArchitecture } from '../kernel/linux-architecture.ts';
import { compileSeccompFilter } from '../kernel/seccomp-filter.ts';
import { buildSeccompRules } from '../kernel/seccomp-rules.ts';
import { openScratchFile } from '../kernel/scratch-file.ts';
import { type LaunchFacts, launchArguments } from '../process/launch-arguments.ts';
import { ProcessGuest } from '../process/process-guest.ts';
import { type ScratchFolder, createScratchFolder } from '../process/scratch-folder.ts';
import type { SandboxSession } from '../session/sandbox-session.ts';
import { type BubblewrapPlan, bubblewrapArguments, earlyFilterRequest } from './bubblewrap.ts';
import type { AppliedLayer } from './enforcement.ts';
import { findNodeFiles } from './node-files.ts';
import type { PermittedPaths } from './node-permissions.ts';
import { OuterConfinement } from './outer-confinement.ts';
import type { ProcessPlan } from './process-plan.ts';

/** How a guest is started. */
export interface GuestStart {
  readonly pluginId: string;
  /** Node's binary. */
  readonly node: string;
  readonly launch: LaunchFacts;
  readonly plan: ProcessPlan;
  /** What Node's permission model grants from the start; the guest's own folders come on top. */
  readonly paths: PermittedPaths;
  readonly env?: SandboxOptions['env'];
}

/** Above stdin, stdout, stderr and the channel. */
const FILTER_DESCRIPTOR = 4;

/** A started guest in its folders, with what the host holds around it. Owns all three. */
export class ConfinedGuest implements AsyncDisposable {
  readonly guest: ProcessGuest;
  readonly scratch: ScratchFolder;
  readonly #outer: OuterConfinement;
  readonly #tree: BubblewrapPlan | undefined;

  private constructor(
    guest: ProcessGuest,
    scratch: ScratchFolder,
    outer: OuterConfinement,
    tree: BubblewrapPlan | undefined,
  ) {
    this.guest = guest;
    this.scratch = scratch;
    this.#outer = outer;
    this.#tree = tree;
  }

  /** Starts a guest that waits for its setup. @throws SandboxError when the program cannot be run */
  static async start(start: GuestStart): Promise<ConfinedGuest> {
    const { plan } = start;
    const scratch = createScratchFolder(plan.user);
    const outer = new OuterConfinement(plan);
    let filter: number | undefined;
    try {
      const paths = addScratch(start, scratch);
      const tree = plan.bubblewrap === undefined ? undefined : await planTree(start, paths, scratch);
      if (tree !== undefined) filter = openEarlyFilter(plan, scratch);
      const nodeArgs = launchArguments(start.launch, paths);
      const guest = await ProcessGuest.start(
        {
          ...(tree === undefined || plan.bubblewrap === undefined
            ? { command: start.node, args: nodeArgs }
            : {
                command: plan.bubblewrap,
                args: [...bubblewrapArguments(tree), tree.node, ...nodeArgs],
                isWrapped: true,
                descriptor: filter,
              }),
          cwd: scratch.work,
          env: start.env ?? {},
          ...plan.user,
          isOutOfMemory: () => outer.isOutOfMemory,
        },
        start.pluginId,
      );
      outer.attach(guest);
      return new ConfinedGuest(guest, scratch, outer, tree);
    } catch (error) {
      outer[Symbol.dispose]();
      await scratch[Symbol.asyncDispose]();
      throw error;
    } finally {
      if (filter !== undefined) closeSync(filter);
    }
  }

  /** Applies what is left to apply before plugin code runs; answers what the host holds around the guest. */
  confirm(plan: ProcessPlan, steps: readonly StepReport[]): Promise<readonly AppliedLayer[]> {
    return this.#outer.confirm(this.guest, plan, steps, this.#tree);
  }

  /** Starts the watchdogs among the layers that were confirmed. */
  watch(session: SandboxSession, layers: readonly AppliedLayer[]): void {
    this.#outer.watch(session, this.guest, layers);
  }

  /** Ends the guest, where it lives, and removes what it had. */
  async [Symbol.asyncDispose](): Promise<void> {
    // A parked guest does not keep the host alive; whoever waits for its end must be.
    this.guest.unpark();
    this.guest.kill();
    await this.guest.exited;
    this.#outer[Symbol.dispose]();
    await this.scratch[Symbol.asyncDispose]();
  }
}

/** The native road needs a file of its own for a moment; what the plugin may write, the kernel decides. */
function addScratch({ launch, paths }: GuestStart, scratch: ScratchFolder): PermittedPaths {
  const isWritten = launch.policy.allowFileWrite || launch.kernelRoad === 'native';
  return {
    read: [...paths.read, scratch.path],
    write: [...paths.write, ...(isWritten ? [scratch.work] : [])],
  };
}

async function planTree(
  { node, plan: { policy } }: GuestStart,
  paths: PermittedPaths,
  scratch: ScratchFolder,
): Promise<BubblewrapPlan & { readonly node: string }> {
  const { binary, files } = await findNodeFiles(node);
  return {
    policy,
    paths,
    nodeFiles: files,
    node: binary,
    cwd: scratch.work,
    filterDescriptor: FILTER_DESCRIPTOR,
  };
}

/** The filter in a file without a name; bubblewrap reads it from its descriptor, which starts at 0. */
function openEarlyFilter(plan: ProcessPlan, scratch: ScratchFolder): number {
  const { arch } = process;
  if (!isLinuxArchitecture(arch)) throw new TypeError(`there is no filter for ${arch}`);
  const request = earlyFilterRequest(plan.policy, plan.kernelRoad !== undefined);
  const program = compileSeccompFilter(buildSeccompRules({ ...request, arch }));
  const descriptor = openScratchFile({ folder: scratch.path });
  writeSync(descriptor, program, 0, program.byteLength, 0);
  return descriptor;
}
