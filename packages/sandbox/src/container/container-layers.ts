import type { Guarantee, SecurityPolicy } from '@truthound/protocols';
import type { AppliedLayer, Claim } from '../confinement/enforcement.ts';
import { appliedKernelLayers, moduleGateLayer } from '../confinement/kernel-layers.ts';
import { type NodeFacts, nodePermissionsLayer } from '../confinement/node-permissions.ts';
import type { StepReport } from '../guest/guest-plan.ts';
import { type ContainerCheck, containerStep } from '../guest/container-checks.ts';

interface ContainerClaim extends Claim {
  readonly layer: string;
  /** What the guest must have found in its container. */
  readonly needs: readonly ContainerCheck[];
}

const claim = (
  layer: string,
  guarantee: Guarantee,
  needs: readonly ContainerCheck[],
  detail: string,
  strength: Claim['strength'] = 'enforced',
): ContainerClaim => ({ layer, guarantee, needs, detail, strength });

/** Without these a container holds nobody. */
const WALL: readonly ContainerCheck[] = ['user', 'capabilities', 'privileges', 'seccomp'];

/** What a container keeps, by what was found of it. */
const CLAIMS: readonly ContainerClaim[] = [
  claim('cgroup', 'memory', ['memory', 'swap'], 'everything the container uses, without swap'),
  claim('cgroup', 'cpu', ['cpu'], 'a quota of CPU time'),
  claim('cgroup', 'processCount', ['pids'], 'processes and threads together'),
  claim('mounts', 'fileRead', [...WALL, 'root'], 'nothing else of the machine is in the container'),
  claim(
    'mounts',
    'fileWrite',
    [...WALL, 'root'],
    'all is read-only but the granted paths and a folder in memory with a limited size',
  ),
  claim('network-namespace', 'network', [...WALL, 'network'], 'there is no interface but its own loopback'),
  claim('container-seccomp', 'syscalls', WALL, 'the denied calls fail from the container’s start on'),
  claim('container-seccomp', 'subprocess', WALL, 'no process can be started', 'partial'),
  claim('pid-namespace', 'hostSignals', [...WALL, 'processes'], 'no other process can be seen'),
  claim('container', 'environment', [], 'the guest sees the variables it is given and no other'),
];

const WATCHDOG: ContainerClaim = claim(
  'watchdog',
  'wallTime',
  [],
  'the host ends the container when the time is over',
);

const HEAP_LIMIT: ContainerClaim = claim(
  'heap-limit',
  'memory',
  [],
  'V8’s heap, not Buffers or WebAssembly',
  'partial',
);

/** The layers of a guest in a container that stand, by what it found and did. */
export function appliedContainerLayers(
  policy: SecurityPolicy,
  node: NodeFacts,
  steps: readonly StepReport[],
): readonly AppliedLayer[] {
  const held = (check: ContainerCheck): boolean =>
    steps.some(({ step, ok }) => ok && step === containerStep(check));
  const stands = [...CLAIMS, WATCHDOG, HEAP_LIMIT].filter(({ needs }) => needs.every(held));
  const applies = ({ layer, guarantee }: ContainerClaim): boolean =>
    !(policy.allowSubprocess && layer === 'container-seccomp' && guarantee === 'subprocess');
  return [
    ...stands.filter(applies).map(({ layer, ...rest }) => ({ name: layer, claims: [rest] })),
    nodePermissionsLayer(node, true),
    ...appliedKernelLayers(steps),
    ...moduleGateLayer(steps),
  ];
}
