import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'changes files that it may only read, by their handles',
  attacks: ['fileWrite'],
  attack: esModule(
    `
    import fs from 'node:fs';
    export const attack = async () => {
      const own = new URL('own.txt', import.meta.url);
      const before = JSON.stringify(fs.statSync(own));
      const handle = await fs.promises.open(own, 'r');
      const ways = [() => handle.chmod(0o777), () => handle.utimes(9, 9), () => handle.chown(1, 1), () => handle.truncate(), () => handle.write('x'), () => fs.futimesSync(handle.fd, 9, 9), () => fs.fchmodSync(handle.fd, 0o777)];
      for (const way of ways) try { await way(); } catch {}
      const { atimeMs: _, atime: __, ...after } = JSON.parse(JSON.stringify(fs.statSync(own)));
      const { atimeMs: ___, atime: ____, ...was } = JSON.parse(before);
      return JSON.stringify(after) === JSON.stringify(was) ? undefined : 'changed';
    };`,
    { files: { 'own.txt': 'own' } },
  ),
};

export default act;
