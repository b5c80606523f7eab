import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports a blocked module in a timer, after its answer',
  weakness: 'W-03',
  attacks: ['modules', 'network'],
  attack: esModule(`
    let got;
    export const attack = ({ port }) => {
      setTimeout(() => import('node:net').then((net) => { got = net.connect(port, '127.0.0.1'); }, (error) => { got = error.code; }), 10);
    };
    export const look = () => new Promise((resolve) => {
      const poll = () => got === undefined ? setTimeout(poll, 5) : resolve(String(got));
      poll();
    });`),
  verify: async ({ call }) => {
    assert.equal(await call({ export: 'look' }), 'ERR_TRUTHOUND_MODULE_DENIED');
  },
  expect: { recorded: 'module', alive: true },
};

export default act;
