import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'connects by TCP, where the policy lists the module',
  weakness: 'W-04',
  attacks: ['network'],
  // Without lists there is no gate: what stops it lies deeper.
  policy: { allowedModules: [], blockedModules: [], allowFileWrite: true },
  attack: esModule(`
    export const attack = async (bait) => {
      const net = await import('node:net');
      return new Promise((resolve, reject) => net.connect(bait.port, '127.0.0.1', () => resolve('connected')).on('error', reject));
    };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'network', alive: true },
};

export default act;
