import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports child_process with a statement, before any call',
  weakness: 'W-20',
  attacks: ['modules', 'subprocess'],
  attack: esModule(
    `import { execSync } from 'node:child_process'; export const attack = () => execSync('id').toString();`,
  ),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module' },
};

export default act;
