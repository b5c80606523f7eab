import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports a package that is not there: no violation, whatever the error says',
  weakness: 'W-13',
  attacks: ['modules'],
  attack: esModule(`export const attack = () => import('no-such-package-anywhere');`),
  expect: { error: 'ERR_PLUGIN_EXECUTION', alive: true },
  verify: ({ violations }) => {
    assert.deepEqual(violations, []);
  },
  provable: false,
};

export default act;
