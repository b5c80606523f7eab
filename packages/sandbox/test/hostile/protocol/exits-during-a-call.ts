import assert from 'node:assert/strict';
import type { SandboxError } from '@truthound/protocols';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'ends while it is called',
  weakness: 'W-16',
  attacks: [],
  attack: esModule(`
    export const attack = () => { process.exit(0); };`),
  verify: ({ error, exit }) => {
    assert.equal((error as SandboxError | undefined)?.exitCode, 0);
    assert.equal(exit?.error, error);
  },
  expect: { error: 'ERR_SANDBOX', alive: false },
  provable: false,
};

export default act;
