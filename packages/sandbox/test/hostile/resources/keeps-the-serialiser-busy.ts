import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'answers with an object whose getter never returns',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: () => ({
    get value() {
      for (;;);
    },
  }),
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
