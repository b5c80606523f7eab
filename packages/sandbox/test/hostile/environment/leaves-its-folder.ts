import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'moves to where relative paths name the host’s files',
  weakness: 'W-05',
  attacks: ['fileRead'],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = ({ outside }) => {
      for (const way of [() => process.chdir(outside), () => fs.readdirSync('../..'), () => fs.readFileSync('../../../etc/passwd')])
        try { way(); if (process.cwd() !== '/') return process.cwd() + way; } catch {}
    };`),
};

export default act;
