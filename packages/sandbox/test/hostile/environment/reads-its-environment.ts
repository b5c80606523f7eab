import assert from 'node:assert/strict';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads the variables that it was started with',
  weakness: 'W-05',
  attacks: ['environment'],
  attack: () => JSON.stringify(process.env),
  verify: ({ value }) => {
    assert.equal(value, '{}');
  },
};

export default act;
