import { describe, test, vi } from 'vitest';
import { isolatingEngineConformance, sandboxEngineConformance } from '../../src/conformance.ts';
import { ContainerSandboxEngine } from '../../src/index.ts';
import { listGuestNodes } from '../kernel/guest-nodes.ts';
import { containerRuntimes } from '../support/container-runtimes.ts';
import { PROCESS_POLICY } from '../support/policy.ts';

vi.setConfig({ testTimeout: 180_000 });

const places = containerRuntimes.flatMap((runtime) =>
  listGuestNodes().map(({ path, version }) => ({ runtime, path, version })),
);

describe.skipIf(places.length === 0).each(places)(
  'ContainerSandboxEngine on $runtime with Node $version keeps the contract of every engine',
  ({ runtime, path }) => {
    test.each([...sandboxEngineConformance, ...isolatingEngineConformance])('$title', async ({ run }) => {
      await using engine = new ContainerSandboxEngine({ runtime, guestNode: path });
      await run(engine, PROCESS_POLICY);
    });
  },
);
