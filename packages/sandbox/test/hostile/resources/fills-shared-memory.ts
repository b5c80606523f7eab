import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'keeps more shared memory than it may',
  weakness: 'W-04',
  attacks: ['memory'],
  policy: { maxMemoryMb: 128, maxCpuPercent: Infinity },
  attack: () => {
    const held: unknown[] = [];
    for (let megabytes = 0; megabytes < 400; megabytes += 4)
      held.push(new Uint8Array(new SharedArrayBuffer(4 * 1_048_576)).fill(1));
    return held.length;
  },
  expect: { error: 'ERR_SANDBOX_RESOURCE', resource: 'memory' },
};

export default act;
