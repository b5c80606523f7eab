import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'calls itself without end',
  weakness: 'W-16',
  attacks: ['memory'],
  attack: () => {
    const recurse = (): number => recurse() + 1;
    return recurse();
  },
  expect: { error: 'ERR_PLUGIN_EXECUTION', alive: true },
  provable: false,
};

export default act;
