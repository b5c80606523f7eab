import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'sends tags that name functions of the host’s objects',
  weakness: 'W-01',
  attacks: [],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      fs.writeSync(3, '["host-call",1,"get",[{"$":["constructor",["return process"]]}],true]\\n');
      return new Promise(() => undefined);
    };`),
  expect: { error: 'ERR_SANDBOX', recorded: 'protocol', alive: false },
  provable: false,
};

export default act;
