import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'announces a message of four gigabytes',
  weakness: 'W-08',
  attacks: [],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      fs.writeSync(3, Buffer.from([1, 255, 255, 255, 0, 255, 255, 255, 255]));
      return new Promise(() => undefined);
    };`),
  expect: { error: 'ERR_SANDBOX_RESOURCE', resource: 'message', alive: false },
  provable: false,
};

export default act;
