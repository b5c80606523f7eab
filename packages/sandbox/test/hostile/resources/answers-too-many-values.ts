import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'answers with millions of values, which are small as text and large in memory',
  weakness: 'W-08',
  attacks: ['memory'],
  policy: { maxCpuPercent: Infinity },
  attack: () => Array.from({ length: 2_500_000 }, () => 0),
  expect: { error: 'ERR_SANDBOX_RESOURCE', resource: 'message' },
  provable: false,
};

export default act;
