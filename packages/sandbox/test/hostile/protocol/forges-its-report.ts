import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reports once more how well it is confined',
  weakness: 'W-01',
  attacks: [],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      fs.writeSync(3, '["ready",[{"step":"kernel:network","ok":true,"detail":""}]]\\n');
      return new Promise(() => undefined);
    };`),
  expect: { error: 'ERR_SANDBOX', recorded: 'protocol', alive: false },
  provable: false,
};

export default act;
