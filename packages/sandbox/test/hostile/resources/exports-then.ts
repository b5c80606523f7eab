import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'exports `then`, so that whoever awaits its module waits for ever',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 15 },
  attack: esModule(`
    export function then() {}
    export const attack = () => 'answered';`),
  verify: ({ value }) => {
    assert.equal(value, 'answered');
  },
  expect: { alive: true },
  provable: false,
};

export default act;
