import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'logs without end',
  weakness: 'W-08',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: async () => {
    for (;;) {
      for (let lines = 0; lines < 1000; lines += 1) console.log('x'.repeat(1000));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
