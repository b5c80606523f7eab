/** A host for `host-death.test.ts`: starts a guest that never yields, tells of it, and waits to be killed. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ProcessSandboxEngine } from '../../src/index.ts';
import { PROCESS_POLICY } from './policy.ts';

const engine = new ProcessSandboxEngine();
const context = await engine.createSandbox('busy', PROCESS_POLICY);
const guest = await engine.execute(context, () => process.pid);
engine
  .execute(context, () => {
    for (;;);
  })
  .catch(() => undefined);
const scratch = readdirSync(tmpdir()).find((name) =>
  name.startsWith(`truthound-sandbox-${String(process.pid)}-`),
);
console.log(JSON.stringify({ guest, scratch }));
