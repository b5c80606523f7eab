import {
  ProcessSandboxEngine,
  STANDARD,
  SandboxError,
  type SecurityPolicy,
  createPolicy,
} from '@truthound/enterprise';

/** The policy that this machine can keep, and why it is not the strict one where it is not. */
export interface ChosenPolicy {
  readonly policy: SecurityPolicy;
  readonly reason: string | undefined;
}

/** STANDARD as it is where the machine can keep it; elsewhere the same with best-effort enforcement. */
export async function choosePolicy(): Promise<ChosenPolicy> {
  await using engine = new ProcessSandboxEngine();
  try {
    await engine.createSandbox('probe', STANDARD);
    return { policy: STANDARD, reason: undefined };
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return { policy: createPolicy({ base: STANDARD, enforcement: 'best-effort' }), reason: error.message };
  }
}
