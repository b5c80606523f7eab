import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'waits at its top level for what never comes',
  weakness: 'W-06',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: esModule(`
    export const attack = () => true;
    await new Promise(() => undefined);`),
  expect: { error: 'ERR_SANDBOX_TIMEOUT' },
  provable: false,
};

export default act;
