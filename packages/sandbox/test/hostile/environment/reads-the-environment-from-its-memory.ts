import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads the environment where the kernel keeps it, which no script can clear',
  weakness: 'W-05',
  attacks: ['environment', 'fileRead'],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = ({ hostPid }) => {
      for (const pid of ['self', process.pid, 'thread-self', process.ppid, hostPid, 'self/task/' + process.pid])
        try { return fs.readFileSync('/proc/' + pid + '/environ', 'latin1'); } catch {}
    };`),
};

export default act;
