import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'changes, moves and deletes a file outside',
  weakness: 'W-04',
  attacks: ['fileWrite'],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = async ({ secretFile, newFile }) => {
      const ways = [
        () => fs.chmodSync(secretFile, 0o600), () => fs.utimesSync(secretFile, 9, 9), () => fs.lutimesSync(secretFile, 9, 9), () => fs.truncateSync(secretFile),
        () => fs.renameSync(secretFile, newFile), () => fs.chownSync(secretFile, 1, 1), () => fs.unlinkSync(secretFile), () => fs.rmSync(secretFile),
      ];
      for (const way of ways) try { await way(); } catch {}
    };`),
};

export default act;
