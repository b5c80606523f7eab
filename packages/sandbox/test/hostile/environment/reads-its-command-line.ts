import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads the command line, which names the host’s files and flags',
  weakness: 'W-05',
  attacks: ['environment', 'fileRead'],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      const found = [...process.argv.slice(1), ...process.execArgv];
      for (const file of ['cmdline', 'stat', 'status', 'task/' + process.pid + '/cmdline', 'auxv', 'cwd', 'root', 'exe'])
        for (const pid of ['self', process.ppid]) try { found.push(fs.readFileSync('/proc/' + pid + '/' + file, 'latin1')); } catch {}
      return found.join();
    };`),
};

export default act;
