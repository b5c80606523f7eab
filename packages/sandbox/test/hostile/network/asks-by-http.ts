import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'asks by HTTP',
  weakness: 'W-04',
  attacks: ['network'],
  // Without lists there is no gate: what stops it lies deeper.
  policy: { allowedModules: [], blockedModules: [], allowFileWrite: true },
  attack: esModule(`
    export const attack = async (bait) => {
      const http = await import('node:http');
      return new Promise((resolve, reject) => http.get({ port: bait.port, host: '127.0.0.1' }).on('error', (error) => error.code === 'ECONNRESET' ? resolve('asked') : reject(error)));
    };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'network', alive: true },
};

export default act;
