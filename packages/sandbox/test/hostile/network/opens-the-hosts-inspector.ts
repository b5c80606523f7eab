import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'opens the inspector of the host with a signal',
  weakness: 'W-04',
  attacks: ['hostSignals'],
  attack: esModule(`export const attack = ({ hostPid }) => { process._debugProcess(hostPid); };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
  provable: false,
};

export default act;
