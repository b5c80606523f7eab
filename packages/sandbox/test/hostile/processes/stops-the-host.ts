import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'stops the host without a trace',
  weakness: 'W-04',
  attacks: ['hostSignals'],
  attack: esModule(`export const attack = ({ hostPid }) => process.kill(hostPid, 'SIGSTOP');`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module', alive: true },
};

export default act;
