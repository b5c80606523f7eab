import { commonJs } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'requires child_process in a CommonJS dependency',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: commonJs(`exports.attack = () => require('helper').run();`, {
    files: {
      'node_modules/helper/index.js': `exports.run = () => require('child_process').execSync('id').toString();`,
    },
  }),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
