import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports child_process',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: async () => (await import('node:child_process')).execSync('id').toString(),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module', alive: true },
};

export default act;
