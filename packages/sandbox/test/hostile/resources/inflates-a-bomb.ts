import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'inflates a few bytes to more than it may use',
  weakness: 'W-04',
  attacks: ['memory'],
  policy: { maxMemoryMb: 128, maxCpuPercent: Infinity },
  attack: esModule(`
    import { deflateSync, inflateSync } from 'node:zlib';
    export const attack = () => {
      const held = [];
      const bomb = deflateSync(Buffer.alloc(16 * 1024 * 1024, 1));
      for (let megabytes = 0; megabytes < 400; megabytes += 16) held.push(inflateSync(bomb));
      return held.length;
    };`),
  expect: { error: 'ERR_SANDBOX_RESOURCE', resource: 'memory' },
};

export default act;
