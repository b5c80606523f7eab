import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'writes a new file outside, by every way',
  weakness: 'W-04',
  attacks: ['fileWrite'],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = async ({ newFile, outside, secretFile }) => {
      const ways = [
        () => fs.writeFileSync(newFile, 'x'), () => fs.promises.writeFile(newFile, 'x'), () => fs.appendFileSync(newFile, 'x'),
        () => fs.copyFileSync(new URL(import.meta.url), newFile), () => fs.cpSync(new URL('.', import.meta.url).pathname, outside + '/copied', { recursive: true }),
        () => fs.mkdirSync(outside + '/folder'), () => fs.mkdtempSync(outside + '/x'), () => fs.symlinkSync('/', outside + '/link'),
        () => fs.promises.open(newFile, 'w'), () => new Promise((resolve) => fs.createWriteStream(newFile).on('error', resolve).end('x', resolve)),
        () => fs.openSync(newFile, fs.constants.O_CREAT | fs.constants.O_RDWR), () => fs.linkSync(secretFile, outside + '/hard'),
        () => fs.openSync(outside, 0o20200000 | fs.constants.O_RDWR), () => fs.mkdtempDisposableSync?.(outside + '/y'),
      ];
      for (const way of ways) try { await way(); } catch {}
    };`),
};

export default act;
