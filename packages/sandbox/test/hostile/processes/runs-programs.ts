import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'runs programs, past no gate at all',
  weakness: 'W-08',
  attacks: ['subprocess', 'processCount'],
  policy: { allowedModules: [], blockedModules: [] },
  attack: esModule(`
    export const attack = async ({ newFile }) => {
      let processes;
      try { processes = await import('node:child_process'); } catch { return; }
      const ways = [
        () => processes.execSync('echo x > ' + newFile), () => processes.spawnSync(process.execPath, ['-e', '1']).pid && !processes.spawnSync(process.execPath, ['-e', '1']).error,
        () => processes.execFileSync('/bin/true') && 'ran', () => processes.fork(new URL(import.meta.url).pathname).pid, () => processes.spawn('/bin/true').pid,
        () => new Promise((resolve) => processes.exec('id', (error, out) => resolve(out))),
      ];
      for (const way of ways) try { const got = await way(); if (got) return String(got); } catch {}
    };`),
};

export default act;
