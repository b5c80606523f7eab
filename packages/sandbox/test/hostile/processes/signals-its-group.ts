import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'signals its group, everybody, and by other names of the function',
  weakness: 'W-04',
  attacks: ['hostSignals'],
  attack: esModule(`
    import * as namespace from 'node:process';
    export const attack = ({ hostPid }) => {
      for (const kill of [process.kill, process._kill, namespace.kill, namespace._kill, process.reallyExit && ((pid) => process._kill(pid, 9))])
        for (const pid of [hostPid, 0, -1, -hostPid]) try { kill(pid, 0); return pid; } catch {}
    };`),
  expect: { recorded: 'module', alive: true },
  provable: false,
};

export default act;
