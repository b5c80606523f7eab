import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'opens files until no more can be opened',
  weakness: 'W-04',
  attacks: ['fileDescriptors'],
  policy: { maxFileDescriptors: 20 },
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      let opened = 0;
      try { for (; opened < 200; opened += 1) fs.openSync(import.meta.filename); } catch (error) { if (opened > 20) return opened; throw error; }
      return opened;
    };`),
  expect: { error: 'ERR_SANDBOX_RESOURCE', resource: 'fileDescriptors' },
};

export default act;
