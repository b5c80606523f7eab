import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'throws an error that looks like a refusal, to have the host record one',
  weakness: 'W-13',
  attacks: ['modules'],
  attack: () => {
    throw Object.assign(
      new Error("the sandbox's policy denies it: import node:vm (allowedModules, blockedModules)"),
      {
        code: 'ERR_TRUTHOUND_MODULE_DENIED',
      },
    );
  },
  expect: { error: 'ERR_PLUGIN_EXECUTION', alive: true },
  provable: false,
};

export default act;
