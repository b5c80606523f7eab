import type { ViolationType } from '@truthound/protocols';
import type { GuestPlan, StepReport } from './guest-plan.ts';
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
    process.getBuiltinModule('vm');
  } catch (error) {
    refusal = error;
  }
  if ((refusal as { readonly code?: unknown } | undefined)?.code !== MODULE_DENIED)
    throw new Error('the self-test got a closed module');
}

/** Applies a plan step by step, and answers what held. */
export function applyLockdown(plan: GuestPlan, report: ReportViolation): readonly StepReport[] {
  const steps: StepReport[] = [];
  const { moduleGate } = plan;
  steps.push(
    attempt('environment', 'process.env cannot be changed', () => {
      Object.defineProperty(process, 'env', {
        value: Object.freeze({ ...process.env }),
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
    Object.defineProperty(Object.getPrototypeOf(sample), 'constructor', {
      value: refuse,
      writable: false,
      configurable: false,
    });
  }
  for (const name of ['eval', 'Function'])
    Object.defineProperty(globalThis, name, { value: refuse, writable: false, configurable: false });
}
