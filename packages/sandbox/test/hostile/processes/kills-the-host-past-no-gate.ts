import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'kills the host, past no gate at all',
  weakness: 'W-04',
  attacks: ['hostSignals'],
  policy: { allowedModules: [], blockedModules: [] },
  attack: esModule(`
    export const attack = ({ hostPid }) => {
      for (const signal of ['SIGTERM', 'SIGSTOP', 'SIGUSR1', 'SIGKILL']) try { process.kill(hostPid, signal); } catch (error) { if (signal === 'SIGKILL') throw error; }
    };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'signal', alive: true },
};

export default act;
