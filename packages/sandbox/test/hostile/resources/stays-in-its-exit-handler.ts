import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'exits into a handler that never returns',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: () => {
    process.on('exit', () => {
      for (;;);
    });
    process.exit();
  },
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
