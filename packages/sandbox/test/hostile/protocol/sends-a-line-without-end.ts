import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'sends a line that never ends',
  weakness: 'W-08',
  attacks: [],
  policy: { maxMemoryMb: 64, maxCpuPercent: Infinity, maxExecutionTimeSec: 200 },
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      const bytes = Buffer.alloc(65_536, '[');
      for (;;) try { fs.writeSync(3, bytes); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
    };`),
  expect: { error: 'ERR_SANDBOX_RESOURCE', resource: 'message', alive: false },
  provable: false,
};

export default act;
