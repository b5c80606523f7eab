import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'ships a package of the name that the policy blocks',
  attacks: ['modules'],
  policy: { blockedModules: ['unwanted'] },
  attack: esModule(
    `
    export const attack = async () => (await import('unwanted')).got ?? (await import('./node_modules/unwanted/index.mjs')).got;`,
    {
      files: {
        'node_modules/unwanted/package.json': '{"name":"unwanted","main":"index.mjs"}',
        'node_modules/unwanted/index.mjs': 'export const got = "it";',
      },
    },
  ),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
