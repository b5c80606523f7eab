import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'sleeps where no event can wake it',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
