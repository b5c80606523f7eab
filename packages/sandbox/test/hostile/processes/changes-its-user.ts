import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'changes its user and its groups',
  weakness: 'W-04',
  attacks: ['syscalls'],
  attack: esModule(`
    export const attack = () => {
      for (const name of ['setuid', 'seteuid', 'setgid', 'setegid', 'setgroups', 'initgroups']) try { process[name](name.endsWith('groups') ? [0] : 0, 0); return name; } catch {}
    };`),
  provable: false,
};

export default act;
