import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'writes bytes that are no message',
  weakness: 'W-01',
  attacks: [],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      fs.writeSync(3, Buffer.from([0, 1, 2, 255, 10, 10]));
      return new Promise(() => undefined);
    };`),
  expect: { error: 'ERR_SANDBOX', recorded: 'protocol', alive: false },
  provable: false,
};

export default act;
