import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'calls the host without end, and never reads an answer',
  weakness: 'W-08',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  host: { get: () => 'x'.repeat(10_000) },
  attack: esModule(`
    export const attack = () => {
      const call = () => truthound.host.get().then(call, call);
      for (let times = 0; times < 5000; times += 1) call();
      return new Promise(() => undefined);
    };`),
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
