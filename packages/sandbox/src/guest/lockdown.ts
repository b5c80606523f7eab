import type { ViolationType } from '@truthound/protocols';
import { checkContainer } from './container-checks.ts';
import type { FfiModule } from '../kernel/ffi-syscall-runner.ts';
import { type KernelLockdown, createKernelLockdown, createLockdown } from '../kernel/kernel-lockdown.ts';
import { isLinuxArchitecture } from '../kernel/linux-architecture.ts';
import { NativeSyscallRunner } from '../kernel/native-syscall-runner.ts';
import { openScratchFile } from '../kernel/scratch-file.ts';
import type { GuestPlan, KernelPlan, StepReport } from './guest-plan.ts';
import { MODULE_DENIED } from './module-gate-code.ts';
import { installModuleGate } from './module-gate.ts';

type ReportViolation = (type: ViolationType, action: string) => void;

function attempt(step: string, detail: string, apply: () => void): StepReport {
  try {
    apply();
    return { step, ok: true, detail };
  } catch (error) {
    return { step, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether the gate really refuses: a gate that fails this counts as absent. */
function assertGateHolds(): void {
  let refusal: unknown;
  try {
    process.getBuiltinModule('node:vm');
  } catch (error) {
    refusal = error;
  }
  if ((refusal as { readonly code?: unknown } | undefined)?.code !== MODULE_DENIED)
    throw new Error('the self-test got a closed module');
}

/** Setting a priority to what it is would succeed for anybody; every filter of ours denies it. */
function assertFilterHolds(): void {
  const os = process.getBuiltinModule('node:os');
  let refusal: unknown;
  try {
    os.setPriority(os.getPriority());
  } catch (error) {
    refusal = error;
  }
  if ((refusal as { readonly info?: { readonly code?: unknown } } | undefined)?.info?.code !== 'EPERM')
    throw new Error('the self-test could make a call that the filter denies');
}

/**
 * Takes away globals that Node makes when they are first touched. The gate closes them, which would touch
 * them: that alone loads Node's whole HTTP client, and took most of the time a lockdown took.
 */
function dropLazyGlobals(names: readonly string[]): void {
  for (const name of names) {
    if (!Reflect.deleteProperty(globalThis, name)) continue;
    // The name stays, for the gate to find and close.
    Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
  }
}

/** Opens the plan's road to the kernel. @throws where this Node or this machine has none */
function openKernel({ road, scratch }: KernelPlan): KernelLockdown {
  if (road === 'ffi')
    return createKernelLockdown(process.getBuiltinModule('node:ffi') as unknown as FfiModule);
  const { arch } = process;
  if (!isLinuxArchitecture(arch)) throw new TypeError(`there is no lockdown for ${arch}`);
  return createLockdown(new NativeSyscallRunner(arch, () => openScratchFile({ folder: scratch })));
}

/** Layers of the kernel lockdown, reported one step each, so that the host can count on those that stand. */
function lockKernel(plan: KernelPlan): readonly StepReport[] {
  try {
    const report = openKernel(plan).apply(plan.lockdown);
    const failed = report.steps.filter(({ ok }) => !ok).map(({ step, detail }) => `${step}: ${detail}`);
    const detail = failed.length === 0 ? `Landlock ABI ${String(report.landlockAbi)}` : failed.join('; ');
    const layers = Object.entries<boolean>({ ...report.layers, native: plan.road === 'native' });
    return layers.map(([layer, ok]) => ({ step: `kernel:${layer}`, ok, detail }));
  } catch (error) {
    return [{ step: 'kernel', ok: false, detail: error instanceof Error ? error.message : String(error) }];
  }
}

/** Gives up the right to open sockets (Node 26 and newer). */
function dropNetwork(): void {
  const permission = Reflect.get(process, 'permission') as unknown as {
    drop(scope: string): void;
  };
  permission.drop('net');
}

/** Applies a plan step by step, and answers what held. */
export function applyLockdown(plan: GuestPlan, report: ReportViolation): readonly StepReport[] {
  const steps: StepReport[] = [];
  const { moduleGate, kernel, container } = plan;
  // Before anything is closed: it reads what the engine set up.
  if (container !== undefined) steps.push(...checkContainer(container.expectations));
  if (container?.dropNetwork === true)
    steps.push(attempt('drop-network', 'Node opens no sockets any more', dropNetwork));
  if (plan.hasEarlyFilter === true)
    steps.push(attempt('early-filter', 'a call that it denies is refused', assertFilterHolds));
  if (kernel !== undefined) steps.push(...lockKernel(kernel));
  steps.push(
    attempt('environment', 'process.env cannot be changed', () => {
      const environment = { ...(container?.environment ?? process.env) };
      for (const name of plan.foreignVariables ?? []) Reflect.deleteProperty(environment, name);
      Object.defineProperty(process, 'env', {
        value: Object.freeze(environment),
        writable: false,
        configurable: false,
      });
      process.argv.length = 1;
      process.execArgv.length = 0;
    }),
  );
  if (moduleGate !== undefined) {
    let isTesting = true;
    steps.push(
      attempt('module-gate', 'modules are given by the policy’s lists', () => {
        if (!moduleGate.allowNetwork) dropLazyGlobals(['WebSocket', 'EventSource', 'fetch']);
        installModuleGate(moduleGate, (action) => {
          if (!isTesting) report('module', action);
        });
        assertGateHolds();
      }),
    );
    isTesting = false;
  }
  if (!plan.allowCodeGeneration)
    steps.push(attempt('code-generation', 'eval and Function are closed', closeCodeGeneration));
  return steps;
}

/** Closes the ways from text to code that need no module. Node's own flag does the same, and costs the code cache. */
function closeCodeGeneration(): void {
  const refuse = function (): never {
    throw Object.assign(new EvalError('the sandbox’s policy denies running text as code'), {
      code: MODULE_DENIED,
    });
  };
  const samples = [
    () => undefined,
    async () => undefined,
    function* () {
      yield;
    },
    async function* () {
      yield;
    },
  ];
  for (const sample of samples) {
    Object.defineProperty(Object.getPrototypeOf(sample) as object, 'constructor', {
      value: refuse,
      writable: false,
      configurable: false,
    });
  }
  for (const name of ['eval', 'Function'])
    Object.defineProperty(globalThis, name, { value: refuse, writable: false, configurable: false });
}
