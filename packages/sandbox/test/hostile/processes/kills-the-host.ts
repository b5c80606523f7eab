import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'kills the host',
  weakness: 'W-04',
  attacks: ['hostSignals'],
  attack: esModule(`
    export const attack = ({ hostPid }) => {
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGABRT', 'SIGKILL']) try { process.kill(hostPid, signal); return signal; } catch {}
    };`),
  expect: { recorded: 'module', alive: true },
};

export default act;
