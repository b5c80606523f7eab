import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'empties a file that it may only read, by opening it for reading',
  weakness: 'W-04',
  attacks: ['fileWrite'],
  attack: esModule(`
    import fs from 'node:fs';
    import { fileURLToPath } from 'node:url';
    export const attack = () => {
      const own = fileURLToPath(import.meta.url);
      const { O_RDONLY, O_TRUNC, O_CREAT } = fs.constants;
      for (const flags of [O_RDONLY | O_TRUNC, O_RDONLY | O_TRUNC | O_CREAT])
        try { fs.closeSync(fs.openSync(own, flags)); } catch {}
      return fs.readFileSync(own, 'utf8') === '' && 'emptied';
    };`),
  policy: { allowFileWrite: true },
};

export default act;
