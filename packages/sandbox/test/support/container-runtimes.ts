/**
 * The container engines of this machine that can run a container. Without any, their tests are skipped,
 * unless TRUTHOUND_REQUIRE_CONTAINER=1 says that they must run (`engines.test.ts` checks that).
 */
import { ContainerSandboxEngine, type RuntimeDiagnosis } from '../../src/index.ts';

/** What was found of each engine. */
export const containerDiagnoses: readonly RuntimeDiagnosis[] = await new ContainerSandboxEngine().diagnose();

/** The names of those that work. */
export const containerRuntimes: readonly string[] = containerDiagnoses
  .filter(({ isUsable }) => isUsable)
  .map(({ runtime }) => runtime);
