import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads a descriptor that the host left open for its children',
  weakness: 'W-05',
  attacks: ['fileRead'],
  attack: esModule(`
    import fs from 'node:fs';
    const got = [];
    export const attack = ({ leakedDescriptor }) => {
      for (let descriptor = 4; descriptor < 256; descriptor += 1) try {
        if (fs.fstatSync(descriptor).isFile()) {
          const bytes = Buffer.alloc(100);
          got.push(descriptor, bytes.toString('latin1', 0, fs.readSync(descriptor, bytes, 0, 100, 0)));
        }
      } catch {}
      return got.join();
    };`),
};

export default act;
