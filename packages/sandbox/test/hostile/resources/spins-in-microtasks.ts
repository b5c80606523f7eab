import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'never lets a timer run',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: () => {
    const spin = (): unknown => Promise.resolve().then(spin);
    return spin();
  },
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
