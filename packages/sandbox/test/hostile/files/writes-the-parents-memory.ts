import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'opens memory and settings of the host for writing',
  weakness: 'W-05',
  attacks: ['fileWrite', 'hostSignals'],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = ({ hostPid }) => {
      for (const pid of [hostPid, 'self']) for (const file of ['mem', 'oom_score_adj', 'comm', 'coredump_filter', 'clear_refs'])
        try { return fs.openSync('/proc/' + pid + '/' + file, 'r+') && file; } catch {}
    };`),
};

export default act;
