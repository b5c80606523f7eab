import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads the messages of the host before its runtime does',
  weakness: 'W-01',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      for (;;) try { fs.readSync(3, Buffer.alloc(100)); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
    };`),
  expect: { error: 'ERR_SANDBOX_TIMEOUT', alive: false },
  provable: false,
};

export default act;
