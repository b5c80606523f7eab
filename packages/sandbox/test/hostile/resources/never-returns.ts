import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'never returns, and listens to every signal that could end it',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGXCPU', 'SIGALRM'] as const)
      process.on(signal, () => undefined);
    for (;;);
  },
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
