import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'writes to its standard streams without end',
  weakness: 'W-08',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: esModule(`
    import fs from 'node:fs';
    const bytes = Buffer.from('\\n'.repeat(65_536));
    export const attack = () => {
      for (let stream = 1; ; stream = 3 - stream) try { fs.writeSync(stream, bytes); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
    };`),
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
