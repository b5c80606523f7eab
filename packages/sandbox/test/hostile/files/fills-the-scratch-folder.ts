import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'writes into the folder it is started in, although the policy allows no writing',
  weakness: 'W-04',
  attacks: ['fileWrite'],
  attack: esModule(`
    import fs from 'node:fs';
    import os from 'node:os';
    export const attack = () => {
      for (const folder of [process.cwd(), os.tmpdir(), os.homedir(), '/dev/shm', '/var/tmp', '/run'])
        try { fs.writeFileSync(folder + '/hostile-' + process.pid, 'x'); fs.unlinkSync(folder + '/hostile-' + process.pid); return folder; } catch {}
    };`),
};

export default act;
