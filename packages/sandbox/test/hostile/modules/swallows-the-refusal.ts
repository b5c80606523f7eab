import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports child_process and hides the error',
  weakness: 'W-13',
  attacks: ['modules', 'subprocess'],
  attack: esModule(`
    export const attack = async () => {
      try { return (await import('node:child_process')).execSync('id').toString(); } catch { return undefined; }
    };`),
  expect: { recorded: 'module', alive: true },
};

export default act;
