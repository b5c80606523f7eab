import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { STANDARD } from '@truthound/protocols';
import { OWNER_LABEL, SANDBOX_LABEL, ownerLabel } from './container-owner.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import { ContainerRuntimeError } from './container-runtime.ts';
import { createContainerSpec } from './container-spec.ts';
import { readHostLimits } from './host-limits.ts';
import { createSeccompProfile } from './seccomp-profile.ts';
import { type LinuxArchitecture, isLinuxArchitecture } from '../kernel/linux-architecture.ts';

/** What a container is tried with, and what came of it. */
export interface TrialResult {
  /** Version of the Node inside, as it told itself. */
  readonly nodeVersion: string;
  /** Where that Node lies in the image. */
  readonly nodePath: string;
  /** Arguments that this machine needs on top. */
  readonly runtimeArgs: readonly string[];
}

/** What a machine may lack, by the words of the engine, and what helps. Each is tried once. */
const ADAPTATIONS: readonly {
  readonly complaint: RegExp;
  readonly args: readonly string[];
}[] = [
  // crun takes only cgroups of one version at a time; runc also takes both side by side.
  { complaint: /crun|cgroup/i, args: ['--runtime=runc'] },
  // A host with neither cgroups of its own nor a manager for them.
  { complaint: /cgroupfs|systemd|dbus/i, args: ['--cgroup-manager=cgroupfs'] },
];

const TRIAL_TIMEOUT_MS = 60_000;
const ASK_NODE = 'console.log(JSON.stringify([process.version, process.execPath]))';

/** The architecture of the guests. @throws TypeError where none is supported */
export function guestArchitecture(): LinuxArchitecture {
  const { arch } = process;
  if (isLinuxArchitecture(arch)) return arch;
  throw new TypeError(`containers are supported on x64 and arm64, not on ${arch}`);
}

/**
 * Runs a container as strict as a sandbox's, and answers what is needed for it here.
 * @throws ContainerRuntimeError with the engine's own words when it does not run
 */
export async function tryRuntime(
  runtime: ContainerRuntime,
  image: string,
  node: string,
  runtimeArgs: readonly string[],
): Promise<TrialResult> {
  const args = [...runtimeArgs];
  const left = runtime.kind === 'podman' ? [...ADAPTATIONS] : [];
  for (;;) {
    try {
      return { ...(await runTrial(runtime, image, node, args)), runtimeArgs: args };
    } catch (error) {
      const message = error instanceof ContainerRuntimeError ? error.message : '';
      const index = left.findIndex(({ complaint }) => complaint.test(message));
      const adaptation = left[index];
      if (adaptation === undefined) throw error;
      left.splice(index, 1);
      args.unshift(...adaptation.args);
    }
  }
}

async function runTrial(
  runtime: ContainerRuntime,
  image: string,
  node: string,
  runtimeArgs: readonly string[],
): Promise<Omit<TrialResult, 'runtimeArgs'>> {
  const folder = await mkdtemp(join(tmpdir(), `truthound-sandbox-${String(process.pid)}-`));
  try {
    const container = await runtime.start(
      createContainerSpec(STANDARD, {
        sandboxName: `truthound-trial-${randomBytes(8).toString('hex')}`,
        image,
        command: [node, '-e', ASK_NODE],
        labels: { [SANDBOX_LABEL]: 'trial', [OWNER_LABEL]: ownerLabel() },
        mounts: [],
        seccomp: createSeccompProfile(STANDARD, guestArchitecture()),
        folder,
        needsExecutableScratch: false,
        hostLimits: readHostLimits(),
        cpuCount: 1,
        runtimeArgs,
      }),
    );
    const limit = setTimeout(() => {
      container.kill();
    }, TRIAL_TIMEOUT_MS);
    const [stdout, stderr, code] = await Promise.all([
      text(container.stdout),
      text(container.stderr),
      container.exited,
    ]);
    clearTimeout(limit);
    if (code === 0) {
      const [nodeVersion, nodePath] = JSON.parse(stdout) as readonly [string, string];
      return { nodeVersion, nodePath };
    }
    throw new ContainerRuntimeError(stderr.trim() || `the trial ended with exit code ${String(code)}`, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
