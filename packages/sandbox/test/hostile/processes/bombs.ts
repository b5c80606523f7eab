import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'starts processes until none can be started',
  weakness: 'W-08',
  attacks: ['subprocess', 'processCount'],
  policy: { allowedModules: [], blockedModules: [] },
  attack: esModule(`
    export const attack = async () => {
      const processes = await import('node:child_process').catch(() => undefined);
      let started = 0;
      for (let index = 0; processes && index < 20; index += 1) try { const child = processes.spawn('/bin/sleep', ['1']); child.on('error', () => undefined); if (child.pid) started += 1; } catch {}
      return started;
    };`),
};

export default act;
