import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'sends a message whose parts are longer than it',
  weakness: 'W-01',
  attacks: [],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      fs.writeSync(3, Buffer.concat([Buffer.from([1, 11, 0, 0, 0, 1, 0, 0, 0]), Buffer.from('[[],[99999]]'.slice(0, 11) + 'x')]));
      return new Promise(() => undefined);
    };`),
  expect: { error: 'ERR_SANDBOX', recorded: 'protocol', alive: false },
  provable: false,
};

export default act;
