import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'takes the processor away from the host',
  weakness: 'W-04',
  attacks: ['hostSignals'],
  attack: esModule(`
    import os from 'node:os';
    export const attack = ({ hostPid }) => { os.setPriority(hostPid, 19); return 'slower'; };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'signal', alive: true },
};

export default act;
