import type { SecurityPolicy } from '@truthound/protocols';
import { type DockerSeccompProfile, toDockerSeccompProfile } from '../kernel/docker-seccomp-profile.ts';
import type { LinuxArchitecture } from '../kernel/linux-architecture.ts';
import { buildSeccompRules } from '../kernel/seccomp-rules.ts';

/**
 * What a guest needs until it has connected to the host and locked itself down. The filter that it then
 * installs on top denies these as well, before any plugin code runs.
 */
const NEEDED_UNTIL_LOCKDOWN: readonly string[] = ['socket', 'connect', 'execve'];

/** The profile a container starts with, from the same table as the filter that its guest adds. */
export function createSeccompProfile(policy: SecurityPolicy, arch: LinuxArchitecture): DockerSeccompProfile {
  return toDockerSeccompProfile(
    buildSeccompRules({
      arch,
      deniedSyscalls: policy.resourceLimits.deniedSyscalls.filter(
        (name) => !NEEDED_UNTIL_LOCKDOWN.includes(name),
      ),
      allowNetwork: policy.allowNetwork,
      // The channel is one.
      allowUnixSockets: true,
      allowSubprocess: policy.allowSubprocess,
      afterExec: false,
    }),
  );
}
