import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'leaves a rejection unhandled while it is called',
  weakness: 'W-16',
  attacks: [],
  attack: esModule(`
    export const attack = () => { Promise.reject(new Error('late')); return new Promise(() => undefined); };`),
  verify: ({ error, exit }) => {
    assert.match(String(error?.message), /late/);
    assert.equal(exit?.error, error);
  },
  expect: { error: 'ERR_SANDBOX', alive: false },
  provable: false,
};

export default act;
