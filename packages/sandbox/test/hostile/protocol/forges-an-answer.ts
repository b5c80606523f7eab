import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'answers a call that it guesses',
  weakness: 'W-01',
  attacks: [],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      fs.writeSync(3, '["result",1,"forged",false]\\n');
      return new Promise(() => undefined);
    };`),
  expect: { error: 'ERR_SANDBOX', recorded: 'protocol', alive: false },
  provable: false,
};

export default act;
