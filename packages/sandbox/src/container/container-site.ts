/**
 * What a container is built around: a private folder of the host with the channel's socket and the copies
 * that the guest may read, and the guest that is started with them.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { SecurityPolicy } from '@truthound/protocols';
import { findKernelRoad } from '../confinement/kernel-layers.ts';
import type { PermittedPaths } from '../confinement/node-permissions.ts';
import { findGuestEntry } from '../guest-entry.ts';
import type { ParkedGuest } from '../process/standby-pool.ts';
import { createScratchFolder } from '../process/scratch-folder.ts';
import { ChannelSocket } from './channel-socket.ts';
import { ContainerGuest } from './container-guest.ts';
import { listMounts } from './container-mounts.ts';
import { OWNER_LABEL, SANDBOX_LABEL, ownerLabel } from './container-owner.ts';
import { SCRATCH_PATH, createContainerSpec } from './container-spec.ts';
import type { UsableRuntime } from './detect-runtime.ts';
import { guestCommand } from './guest-command.ts';
import { listGuestFiles } from './guest-files.ts';
import { readHostLimits } from './host-limits.ts';
import { guestArchitecture } from './runtime-trial.ts';
import { createSeccompProfile } from './seccomp-profile.ts';

/** Where the container finds the host's socket. */
const CHANNEL_TARGET = '/run/truthound';

/** What a site is made for. */
export interface SiteOptions {
  readonly pluginId: string;
  readonly policy: SecurityPolicy;
  readonly usable: UsableRuntime;
  /** What the policy grants of the host's files. */
  readonly granted: PermittedPaths;
  /** The plugin's folder, where it is mounted as it is. */
  readonly pluginFolder?: string | undefined;
  /** Whether the guest waits for a plugin that is not known yet. */
  readonly isStandby: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A guest that was started in its container, with everything that goes when it goes. */
export class ContainerSite implements ParkedGuest<ContainerGuest> {
  readonly guest: ContainerGuest;
  readonly scratch: AsyncDisposable & { readonly path: string };
  /** Folder of the host that the guest can read, for what is copied there. */
  readonly copies: string;
  /** What the guest may use of the file system, as it sees it. */
  readonly paths: PermittedPaths;
  /** What of the host's files the guest finds in place. */
  readonly mounted: readonly string[];
  readonly #channel: ChannelSocket;

  private constructor(
    parts: Pick<ContainerSite, 'guest' | 'scratch' | 'copies' | 'paths' | 'mounted'>,
    channel: ChannelSocket,
  ) {
    ({
      guest: this.guest,
      scratch: this.scratch,
      copies: this.copies,
      paths: this.paths,
      mounted: this.mounted,
    } = parts);
    this.#channel = channel;
  }

  /** Starts a container and waits for its guest. @throws SandboxError; nothing is left then */
  static async start(options: SiteOptions): Promise<ContainerSite> {
    const scratch = createScratchFolder();
    let channel: ChannelSocket | undefined;
    try {
      const copies = join(scratch.path, 'copies');
      await mkdir(copies, { mode: 0o755 });
      channel = await ChannelSocket.listen(scratch.path);
      const { spec, paths } = describeSite(options, { folder: scratch.path, copies, channel });
      const { pluginId, usable, signal } = options;
      const guest = await ContainerGuest.start({ pluginId, runtime: usable.runtime, channel, spec, signal });
      const mounted = spec.mounts.map(({ source }) => source);
      return new ContainerSite({ guest, scratch, copies, paths, mounted }, channel);
    } catch (error) {
      await channel?.[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Removes the folder. The guest must have ended. */
  async clear(): Promise<void> {
    await this.#channel[Symbol.asyncDispose]();
    await this.scratch[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A parked guest does not keep the host alive; whoever waits for its end must be.
    this.guest.unpark();
    this.guest.kill();
    await this.guest.exited;
    await this.clear();
  }
}

/** Works out the container of a site. */
function describeSite(
  { pluginId, policy, usable, granted, pluginFolder, isStandby }: SiteOptions,
  { folder, copies, channel }: { folder: string; copies: string; channel: ChannelSocket },
): { readonly spec: ReturnType<typeof createContainerSpec>; readonly paths: PermittedPaths } {
  const entry = findGuestEntry();
  const guestFiles = listGuestFiles(entry);
  const plugin = [copies, ...(pluginFolder === undefined ? [] : [pluginFolder])];
  const paths: PermittedPaths = {
    read: [...guestFiles, ...plugin, ...granted.read],
    write: policy.allowFileWrite ? [SCRATCH_PATH, ...granted.write] : [],
  };
  const kernelRoad = findKernelRoad(usable.node, 'linux', process.arch);
  const sandboxName = `truthound-${randomBytes(12).toString('hex')}`;
  const spec = createContainerSpec(policy, {
    sandboxName,
    image: usable.image,
    command: guestCommand(
      {
        policy,
        node: usable.node,
        nodePath: usable.nodePath,
        kernelRoad,
        script: entry.script,
        socketPath: join(CHANNEL_TARGET, channel.name),
        isStandby,
      },
      paths,
    ),
    labels: { [SANDBOX_LABEL]: sandboxName, [OWNER_LABEL]: ownerLabel() },
    mounts: listMounts(
      {
        guest: guestFiles,
        plugin,
        granted,
        channel: { source: channel.folder, target: CHANNEL_TARGET, isWritable: false },
      },
      pluginId,
    ),
    seccomp: createSeccompProfile(policy, guestArchitecture()),
    folder,
    needsExecutableScratch: kernelRoad === 'native',
    hostLimits: readHostLimits(),
    cpuCount: availableParallelism(),
    runtimeArgs: usable.runtimeArgs,
  });
  return { spec, paths };
}
