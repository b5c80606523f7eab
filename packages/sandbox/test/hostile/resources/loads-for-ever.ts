import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'computes without end while it loads',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: esModule(`
    export const attack = () => true;
    for (;;);`),
  expect: { error: 'ERR_SANDBOX_TIMEOUT' },
  provable: false,
};

export default act;
