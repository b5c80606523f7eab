import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'uses the internal bindings of process',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: esModule(`
    export const attack = () => {
      for (const name of ['binding', '_linkedBinding']) for (const wanted of ['spawn_sync', 'natives', 'tcp_wrap', 'fs', 'contextify']) {
        try { const got = process[name](wanted); if (got) return Object.keys(got).join(); } catch {}
      }
    };`),
  expect: { recorded: 'module' },
};

export default act;
