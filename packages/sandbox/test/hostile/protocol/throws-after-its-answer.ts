import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'throws after it has answered: the next call must learn why there is no guest',
  weakness: 'W-16',
  attacks: [],
  attack: esModule(`
    export const attack = () => { setTimeout(() => { throw new Error('afterwards'); }, 5); };
    export const wait = () => new Promise(() => undefined);`),
  verify: async ({ call }) => {
    await assert.rejects(call({ export: 'wait' }), { code: 'ERR_SANDBOX', message: /afterwards/ });
    await assert.rejects(call({ export: 'attack' }), { code: 'ERR_SANDBOX', message: /takes no more calls/ });
  },
  provable: false,
};

export default act;
