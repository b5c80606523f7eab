import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'asks process.getBuiltinModule',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: () => process.getBuiltinModule('node:child_process').execSync('id').toString(),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
