import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'sends by UDP',
  weakness: 'W-04',
  attacks: ['network'],
  // Without lists there is no gate: what stops it lies deeper.
  policy: { allowedModules: [], blockedModules: [], allowFileWrite: true },
  attack: esModule(`
    export const attack = async (bait) => {
      const dgram = await import('node:dgram');
      return new Promise((resolve, reject) => dgram.createSocket('udp4').on('error', reject).send('x', bait.udpPort, '127.0.0.1', (error) => error ? reject(error) : resolve('sent')));
    };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', alive: true },
};

export default act;
