import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'brings a file outside in by a link that it makes',
  attacks: ['fileRead', 'fileWrite'],
  policy: { allowFileWrite: true },
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = async ({ secretFile }) => {
      const link = process.cwd() + '/link';
      const ways = [() => fs.linkSync(secretFile, link), () => fs.symlinkSync(secretFile, link), () => fs.copyFileSync(secretFile, link), () => fs.renameSync(secretFile, link),
        () => fs.cpSync(secretFile, link), () => fs.promises.cp(secretFile, link)];
      for (const way of ways) try { await way(); const got = fs.readFileSync(link, 'utf8'); if (got) return got; } catch {}
    };`),
};

export default act;
