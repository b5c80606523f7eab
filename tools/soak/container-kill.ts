import { spawnSync } from 'node:child_process';
import { IsolationLevel, STANDARD, SandboxError, createPolicy } from '@truthound/enterprise';
import { ContainerSandboxEngine } from '@truthound/sandbox';
import { SANDBOX_LABEL } from '../../packages/sandbox/src/container/container-owner.ts';

/**
 * Kills the container under a call, by its engine, as somebody at the machine might. Answers what went wrong that must
 * not, or that no engine is here.
 */
export async function killContainerUnderCall(): Promise<{
  readonly skipped?: string;
  readonly problem?: string;
}> {
  const engine = new ContainerSandboxEngine();
  const runtime = await engine.detectRuntime();
  if (runtime === undefined) return { skipped: 'killed engine: no container engine works here' };
  const list = (...filters: readonly string[]): readonly string[] =>
    spawnSync(runtime, ['ps', '-aq', ...filters], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter(Boolean);
  try {
    const policy = createPolicy({
      base: STANDARD,
      isolationLevel: IsolationLevel.CONTAINER,
      enforcement: 'best-effort',
    });
    const known = new Set(list());
    const context = await engine.createSandbox('soak-container', policy);
    const own = list('--filter', `label=${SANDBOX_LABEL}`).filter((id) => !known.has(id));
    if (own.length === 0) return { problem: 'a container of a sandbox is not found by its label' };
    const call = engine.invoke(context, () => new Promise(() => setInterval(() => 1, 1_000)), []);
    const failure = call.then(
      () => 'a call was answered by a container that is gone',
      (error: unknown) =>
        error instanceof SandboxError ? undefined : `a killed container: ${String(error)}`,
    );
    spawnSync(runtime, ['kill', ...own]);
    const problem = await failure;
    await engine.cleanup();
    const left = list().filter((id) => own.includes(id));
    if (problem !== undefined) return { problem };
    return left.length === 0 ? {} : { problem: `${left.length} containers are left behind` };
  } catch (error) {
    return { problem: `the container check: ${String(error)}` };
  } finally {
    await engine.cleanup();
  }
}
