import { commonJs } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';
import { existsSync } from 'node:fs';

const act: HostileAct = {
  title: 'requires a native add-on',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: commonJs(
    `
    exports.attack = () => {
      try { require('./library.node'); } catch (error) { if (String(error).includes('self-register')) return 'loaded'; }
      try { module.constructor._extensions['.node'](module, __dirname + '/library.node'); } catch (error) { if (String(error).includes('self-register')) return 'loaded'; }
    };`,
    {
      links: () => ({
        'library.node':
          ['/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/lib']
            .map((folder) => `${folder}/libm.so.6`)
            .find((path) => existsSync(path)) ?? '/none',
      }),
    },
  ),
};

export default act;
