import { STANDARD } from '@truthound/protocols';
import { ProcessSandboxEngine } from '../../src/index.ts';

/** Whether this machine keeps all that the policy STANDARD promises. */
export async function keepsStandard(): Promise<boolean> {
  await using engine = new ProcessSandboxEngine();
  try {
    await engine.createSandbox('probe', STANDARD);
    return true;
  } catch {
    return false;
  }
}
