import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads environment, memory and descriptors of the host in /proc',
  weakness: 'W-05',
  attacks: ['fileRead', 'environment'],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = ({ hostPid }) => {
      for (const pid of [hostPid, process.ppid, 'self', process.pid, 'thread-self', 1])
        for (const file of ['environ', 'mem', 'maps', 'root/etc/passwd', 'cwd/package.json', 'auxv', 'fd', 'syscall', 'task'])
          try {
            const path = '/proc/' + pid + '/' + file;
            const got = file === 'fd' || file === 'task' ? fs.readdirSync(path) : file === 'mem' ? fs.openSync(path, 'r') : fs.readFileSync(path, 'latin1');
            if (got) return pid + ' ' + file;
          } catch {}
    };`),
};

export default act;
