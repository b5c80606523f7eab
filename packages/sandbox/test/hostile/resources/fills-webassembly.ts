import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'grows the memory of WebAssembly beyond what it may use',
  weakness: 'W-04',
  attacks: ['memory'],
  policy: { maxMemoryMb: 128, maxCpuPercent: Infinity },
  attack: esModule(`
    const PAGE_BYTES = 65_536;
    export const attack = () => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 10_000 });
      for (let pages = 1; pages < 6400; pages += 64) {
        memory.grow(64);
        new Uint8Array(memory.buffer, pages * PAGE_BYTES, 64 * PAGE_BYTES).fill(1);
      }
      return memory.buffer.byteLength;
    };`),
  expect: { error: 'ERR_SANDBOX_RESOURCE', resource: 'memory' },
};

export default act;
