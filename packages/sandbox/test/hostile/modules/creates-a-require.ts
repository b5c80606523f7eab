import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'makes a require of its own',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: esModule(`
    import * as process from 'node:process';
    export const attack = () =>
      process.getBuiltinModule('module').createRequire(import.meta.url)('child_process').execSync('id').toString();`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
