import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads the folders of the sandboxes beside it',
  attacks: ['fileRead'],
  attack: esModule(`
    import fs from 'node:fs';
    import { dirname } from 'node:path';
    export const attack = () => {
      // Its own folder has one part for it and one for its host.
      try { return fs.readdirSync(dirname(dirname(process.cwd()))).join(); } catch {}
      try { return fs.readdirSync('/tmp').join(); } catch {}
    };`),
};

export default act;
