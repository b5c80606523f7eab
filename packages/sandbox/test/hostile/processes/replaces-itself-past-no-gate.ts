import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'replaces its process by another program, past no gate at all',
  weakness: 'W-08',
  attacks: ['subprocess'],
  policy: { allowedModules: [], blockedModules: [] },
  attack: esModule(`
    export const attack = ({ newFile }) => {
      process.execve('/bin/sh', ['sh', '-c', 'echo done > ' + newFile], {});
    };`),
};

export default act;
