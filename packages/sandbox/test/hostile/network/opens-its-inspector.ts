import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'opens its inspector to the network',
  weakness: 'W-04',
  attacks: ['modules', 'network'],
  attack: esModule(`
    export const attack = async () => {
      const inspector = await import('node:inspector');
      inspector.open(0, '127.0.0.1');
      return inspector.url();
    };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
