import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads a file outside',
  weakness: 'W-04',
  attacks: ['fileRead'],
  attack: async ({ secretFile }) => (await import('node:fs')).readFileSync(secretFile, 'utf8'),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'file-read', alive: true },
};

export default act;
