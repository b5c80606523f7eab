import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads and writes outside by SQLite, past no gate at all',
  attacks: ['fileRead', 'fileWrite'],
  policy: { allowedModules: [], blockedModules: [], allowFileWrite: true },
  attack: esModule(`
    export const attack = async ({ newFile, outside }) => {
      const { DatabaseSync } = await import('node:sqlite');
      const ways = [
        () => new DatabaseSync(newFile).exec('create table stolen (text)'),
        () => new DatabaseSync(':memory:').exec("attach '" + newFile + "' as x; create table x.t (a)"),
        () => new DatabaseSync(':memory:').exec("create table t (a); vacuum into '" + outside + "/vacuum.db'"),
        () => new DatabaseSync('file:' + newFile + '?mode=rwc').exec('create table stolen (text)'),
      ];
      for (const way of ways) try { way(); } catch {}
    };`),
};

export default act;
