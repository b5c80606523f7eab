import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'asks Node for the handles that are open',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: esModule(`
    export const attack = () => {
      for (const name of ['_getActiveHandles', '_getActiveRequests']) try { const [got] = process[name](); if (got) return got.constructor.name; } catch {}
    };`),
  expect: { recorded: 'module' },
  provable: false,
};

export default act;
