import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports a built-in without "node:"',
  weakness: 'W-02',
  attacks: ['modules', 'subprocess'],
  attack: esModule(
    `export const attack = async () => (await import('child_process')).execSync('id').toString();`,
  ),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module', alive: true },
};

export default act;
