import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'watches a folder outside',
  attacks: ['fileRead'],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = ({ outside }) => { const watcher = fs.watch(outside); watcher.close(); return 'watching'; };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'file-read' },
};

export default act;
