import type { StepReport } from '../guest/guest-plan.ts';
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

/** The host's governor, where no control group limits the share of CPU. */
export const GOVERNOR_LAYER: AppliedLayer = {
  name: 'cpu-governor',
  claims: [
    {
      guarantee: 'cpu',
      strength: 'enforced',
      detail: 'the host stops the process group while it is over its share',
    },
  ],
};

/** The host's watch over memory, where the kernel does not bound all of it. */
export const MEMORY_WATCHDOG_LAYER: AppliedLayer = {
  name: 'memory-watchdog',
  claims: [
    {
      guarantee: 'memory',
      strength: 'partial',
      detail:
        'the host looks every 50 ms and kills the process group; what is allocated in between goes over',
    },
  ],
};

/** How a guest was started, as far as it matters for what holds. */
export interface ProcessFacts {
  readonly node: NodeFacts;
  readonly debug: boolean;
  /** Whether Node's permission model was given the policy's paths, or all paths, with the kernel to narrow them. */
  readonly hasNarrowPaths: boolean;
  /** Whether the guest may start other processes. */
  readonly startsOthers: boolean;
}

/** The layers of a guest process that stand: what the guest confirmed, and what the host did (`outer`). */
export function appliedProcessLayers(
  { node, debug, hasNarrowPaths, startsOthers }: ProcessFacts,
  steps: readonly StepReport[],
  outer: readonly AppliedLayer[] = [],
): readonly AppliedLayer[] {
  const isWrapped =
    outer.some(({ name }) => name === 'seccomp') &&
    outer.some(
      ({ name, claims }) => name === 'bubblewrap' && claims.some(({ guarantee }) => guarantee === 'fileRead'),
    );
  return [
    ...PROCESS_LAYERS,
    nodePermissionsLayer(node, hasNarrowPaths),
    ...appliedKernelLayers(steps, startsOthers),
    ...outer,
    ...moduleGateLayer(steps, isWrapped),
    // A debugger is slow, and says so: neither limit holds while one may be attached.
    ...(debug ? [] : [WATCHDOG_LAYER]),
  ];
}
