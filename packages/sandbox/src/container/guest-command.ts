import type { SecurityPolicy } from '@truthound/protocols';
import type { KernelRoad } from '../confinement/kernel-layers.ts';
import { type NodeFacts, type PermittedPaths, closesNetwork } from '../confinement/node-permissions.ts';
import { channelArgument } from '../guest/guest-arguments.ts';
import { launchArguments } from '../process/launch-arguments.ts';
import { CHECKED_PATHS } from '../guest/container-checks.ts';
import { SCRATCH_PATH } from './container-spec.ts';

/** What the command line of a guest in a container depends on. */
export interface GuestCommandFacts {
  readonly policy: SecurityPolicy;
  readonly node: NodeFacts;
  readonly nodePath: string;
  readonly kernelRoad: KernelRoad | undefined;
  readonly script: string;
  /** The host's socket, as the container sees it. */
  readonly socketPath: string;
  readonly isStandby: boolean;
}

/** The command of a container: Node, and what a guest is told. */
export function guestCommand(facts: GuestCommandFacts, paths: PermittedPaths): readonly string[] {
  const { policy, node, nodePath, kernelRoad, script, socketPath, isStandby } = facts;
  // The native road makes a file for a moment.
  const write = kernelRoad === 'native' ? [...new Set([...paths.write, SCRATCH_PATH])] : paths.write;
  return [
    nodePath,
    ...(closesNetwork(node) && !policy.allowNetwork ? ['--allow-net'] : []),
    ...launchArguments(
      { policy, node, kernelRoad, script, debug: false, isStandby },
      { read: [...paths.read, ...CHECKED_PATHS], write },
    ),
    channelArgument(socketPath),
  ];
}
