import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'patches strings so that a blocked package is not recognised',
  attacks: ['modules'],
  policy: { blockedModules: ['unwanted'] },
  attack: esModule(
    `
    export const attack = async () => {
      const { lastIndexOf, slice, indexOf } = String.prototype;
      Object.assign(String.prototype, { lastIndexOf: () => -1, indexOf: () => -1, slice: () => 'innocent' });
      try { return (await import('./node_modules/unwanted/index.mjs')).got; }
      finally { Object.assign(String.prototype, { lastIndexOf, slice, indexOf }); }
    };`,
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
