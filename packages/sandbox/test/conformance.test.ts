import { DEVELOPMENT } from '@truthound/protocols';
import { describe, test } from 'vitest';
import { NoopSandboxEngine, ProcessSandboxEngine } from '../src/index.ts';
import { PROCESS_POLICY } from './support/policy.ts';
import { isolatingEngineConformance, sandboxEngineConformance } from '../src/conformance.ts';

describe('NoopSandboxEngine keeps the contract of every engine', () => {
  test.each(sandboxEngineConformance)('$title', async ({ run }) => {
    await using engine = new NoopSandboxEngine();
    await run(engine, DEVELOPMENT);
  });
});

describe('ProcessSandboxEngine keeps the contract of every engine', () => {
  test.each([...sandboxEngineConformance, ...isolatingEngineConformance])('$title', async ({ run }) => {
    await using engine = new ProcessSandboxEngine();
    await run(engine, PROCESS_POLICY);
  });
});
