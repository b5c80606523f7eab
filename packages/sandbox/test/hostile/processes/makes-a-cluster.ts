import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'makes a cluster of itself',
  weakness: 'W-08',
  attacks: ['modules', 'processCount'],
  attack: esModule(`
    export const attack = async () => {
      const { default: cluster } = await import('node:cluster');
      cluster.setupPrimary({ exec: '/dev/null' });
      return cluster.fork().process.pid;
    };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
