import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reports progress without end',
  weakness: 'W-08',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: esModule(`
    export const attack = async () => {
      for (;;) {
        for (let times = 0; times < 1000; times += 1) truthound.progress('x'.repeat(1000));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };`),
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
