import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'writes into its own folder, from which it is loaded again',
  weakness: 'W-05',
  attacks: ['fileWrite'],
  attack: esModule(`
    import fs from 'node:fs';
    const at = (name) => new URL(name, import.meta.url);
    export const attack = () => {
      const ways = [
        () => fs.writeFileSync(at('index.mjs'), 'evil'), () => fs.writeFileSync(at('new.mjs'), 'evil'), () => fs.renameSync(at('index.mjs'), at('old.mjs')),
        () => fs.unlinkSync(at('package.json')), () => fs.chmodSync(at('package.json'), 0o777), () => fs.symlinkSync('/etc', at('link')),
      ];
      return ways.filter((way) => { try { way(); return true; } catch { return false; } }).length;
    };`),
};

export default act;
