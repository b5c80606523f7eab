import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'keeps more objects than it may',
  weakness: 'W-04',
  attacks: ['memory'],
  policy: { maxMemoryMb: 128, maxCpuPercent: Infinity },
  attack: () => {
    const held: unknown[] = [];
    for (let megabytes = 0; megabytes < 400; megabytes += 1)
      held.push(Array.from({ length: 131_072 }, () => megabytes + 0.5));
    return held.length;
  },
  expect: { error: 'ERR_SANDBOX_RESOURCE', resource: 'memory' },
};

export default act;
