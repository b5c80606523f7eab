import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'sets flags of V8',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: async () => {
    const v8 = await import('node:v8');
    v8.setFlagsFromString('--allow-natives-syntax');
    return 'set';
  },
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
