import type { SecurityPolicy } from '@truthound/protocols';
import type { StepReport } from '../guest/guest-plan.ts';
import { canGovernCpu } from '../process/cpu-governor.ts';
import type { AppliedLayer } from './enforcement.ts';
import { appliedKernelLayers, moduleGateLayer } from './kernel-layers.ts';
import { type NodeFacts, nodePermissionsLayer } from './node-permissions.ts';

/** What a process of its own brings by itself. */
const PROCESS_LAYERS: readonly AppliedLayer[] = [
  {
    name: 'own-process',
    claims: [
      {
        guarantee: 'environment',
        strength: 'enforced',
        detail: 'the guest starts with the variables it is given and no other',
      },
    ],
  },
  {
    name: 'heap-limit',
    claims: [{ guarantee: 'memory', strength: 'partial', detail: 'V8’s heap, not Buffers or WebAssembly' }],
  },
];

const WATCHDOG_LAYER: AppliedLayer = {
  name: 'watchdog',
  claims: [
    {
      guarantee: 'wallTime',
      strength: 'enforced',
      detail: 'the host kills the process group when the time is over',
    },
  ],
};

const GOVERNOR_LAYER: AppliedLayer = {
  name: 'cpu-governor',
  claims: [
    {
      guarantee: 'cpu',
      strength: 'enforced',
      detail: 'the host stops the process group while it is over its share',
    },
  ],
};

/** Whether the governor keeps this policy's share of CPU here. */
export function governsCpu(policy: SecurityPolicy): boolean {
  return Number.isFinite(policy.resourceLimits.maxCpuPercent) && canGovernCpu();
}

/** How a guest was started, as far as it matters for what holds. */
export interface ProcessFacts {
  readonly node: NodeFacts;
  readonly debug: boolean;
  /** Whether Node's permission model was given the policy's paths, or all paths, with the kernel to narrow them. */
  readonly hasNarrowPaths: boolean;
}

/** The layers of a guest process that stand: what the host did, and what the guest confirmed. */
export function appliedProcessLayers(
  policy: SecurityPolicy,
  { node, debug, hasNarrowPaths }: ProcessFacts,
  steps: readonly StepReport[],
): readonly AppliedLayer[] {
  return [
    ...PROCESS_LAYERS,
    nodePermissionsLayer(node, hasNarrowPaths),
    ...appliedKernelLayers(steps),
    ...moduleGateLayer(steps),
    // A debugger is slow, and says so: neither limit holds while one may be attached.
    ...(debug ? [] : [WATCHDOG_LAYER]),
    ...(governsCpu(policy) && !debug ? [GOVERNOR_LAYER] : []),
  ];
}
