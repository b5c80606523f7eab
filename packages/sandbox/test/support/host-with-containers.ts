/**
 * A host for `host-death.test.ts` of containers. With `busy`: starts sandboxes that never yield, makes 20
 * calls, tells its owner label, and waits to be killed. With `next`: starts one sandbox, and ends in order.
 */
import process from 'node:process';
import { createPolicy } from '@truthound/protocols';
import { ownerLabel } from '../../src/container/container-owner.ts';
import { ContainerSandboxEngine } from '../../src/index.ts';
import { PROCESS_POLICY } from './policy.ts';

const SANDBOXES = 2;
const CALLS_EACH = 10;

const [runtime = '', task] = process.argv.slice(2);
const engine = new ContainerSandboxEngine({ runtime });
const policy = createPolicy({ base: PROCESS_POLICY, maxCpuPercent: 50 });
const contexts = await Promise.all(
  Array.from({ length: task === 'busy' ? SANDBOXES : 1 }, (_, index) =>
    engine.createSandbox(`guest-${String(index)}`, policy),
  ),
);
if (task === 'busy') {
  const isBusy = contexts.map((context) => new Promise((resolve) => context.on('log', resolve)));
  for (const context of contexts) {
    for (let call = 0; call < CALLS_EACH; call += 1)
      engine
        .execute(context, () => {
          console.log('busy from now on');
          for (;;);
        })
        .catch(() => undefined);
  }
  await Promise.all(isBusy);
} else await engine.cleanup();
console.log(ownerLabel());
