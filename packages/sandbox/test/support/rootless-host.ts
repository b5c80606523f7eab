/** For `rootless.test.ts`: what an ordinary user's Podman is found to be, and what of a strict policy it keeps. */
import { createPolicy } from '@truthound/protocols';
import { ContainerSandboxEngine } from '../../src/index.ts';
import { PROCESS_POLICY } from './policy.ts';

/** What the test reads. */
export interface RootlessAnswer {
  readonly isUsable: boolean;
  readonly detail: string;
  readonly answer: unknown;
  /** What is asked for and not kept, by the report of a best-effort sandbox. */
  readonly missing: readonly string[];
  /** What a strict policy is told; `undefined` where it is kept. */
  readonly refusal: string | undefined;
}

await using engine = new ContainerSandboxEngine({ runtime: 'podman' });
const [diagnosis] = await engine.diagnose();
const policy = createPolicy({ base: PROCESS_POLICY, enforcement: 'best-effort' });
const context = await engine.createSandbox('rootless', policy);
const answer: unknown = await engine.execute(context, (a: number, b: number) => a + b, 40, 2);
const missing = Object.entries(context.enforcement)
  .filter(([, { status }]) => status === 'unavailable' || status === 'partial')
  .map(([name]) => name);
const refusal = await engine
  .createSandbox('strict', createPolicy({ base: PROCESS_POLICY, enforcement: 'strict' }))
  .then(
    () => undefined,
    (error: unknown) => String(error),
  );
const told: RootlessAnswer = {
  isUsable: diagnosis?.isUsable ?? false,
  detail: diagnosis?.detail ?? '',
  answer,
  missing,
  refusal,
};
console.log(JSON.stringify(told));
