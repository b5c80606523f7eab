import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'gives a built-in another name in its package.json',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: {
    files: {
      'package.json': '{"main":"index.mjs","imports":{"#innocent":"child_process"}}',
      'index.mjs': `export const attack = async () => (await import('#innocent')).execSync('id').toString();`,
    },
  },
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
