import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads and writes outside by SQLite, which no permission model stops',
  attacks: ['modules', 'fileWrite'],
  attack: esModule(`
    export const attack = async ({ newFile }) => {
      const { DatabaseSync } = await import('node:sqlite');
      new DatabaseSync(newFile).exec('create table stolen (text)');
    };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
