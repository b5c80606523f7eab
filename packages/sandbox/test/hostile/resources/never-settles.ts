import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'answers with a promise that never settles',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: () => new Promise(() => undefined),
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
