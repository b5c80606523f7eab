import { describe, test, vi } from 'vitest';
import { isolatingEngineConformance, sandboxEngineConformance } from '../../src/conformance.ts';
import { ContainerSandboxEngine } from '../../src/index.ts';
import { containerRuntimes } from '../support/container-runtimes.ts';
import { PROCESS_POLICY } from '../support/policy.ts';

vi.setConfig({ testTimeout: 180_000 });

describe.skipIf(containerRuntimes.length === 0).each(containerRuntimes)(
  'ContainerSandboxEngine on %s keeps the contract of every engine',
  (runtime) => {
    test.each([...sandboxEngineConformance, ...isolatingEngineConformance])('$title', async ({ run }) => {
      await using engine = new ContainerSandboxEngine({ runtime });
      await run(engine, PROCESS_POLICY);
    });
  },
);
