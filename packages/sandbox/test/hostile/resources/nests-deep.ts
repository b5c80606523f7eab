import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'answers with a value that is nested too deep for whoever walks it',
  weakness: 'W-08',
  attacks: ['memory'],
  attack: () => {
    let value: unknown[] = [];
    for (let depth = 0; depth < 50_000; depth += 1) value = [value];
    return value;
  },
  expect: { error: 'ERR_PLUGIN_EXECUTION', alive: true },
  provable: false,
};

export default act;
