import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'answers with more text than a message may hold',
  weakness: 'W-08',
  attacks: ['memory'],
  policy: { maxCpuPercent: Infinity },
  attack: () => 'x'.repeat(100_000_000),
  expect: { error: 'ERR_SANDBOX_RESOURCE', resource: 'message' },
  provable: false,
};

export default act;
