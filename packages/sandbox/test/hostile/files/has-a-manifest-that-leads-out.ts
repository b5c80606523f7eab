import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'names a file outside as its entry',
  attacks: ['fileRead'],
  attack: {
    files: { 'package.json': '{"main":"../outside/secret.txt"}', 'index.mjs': '' },
  },
  expect: { error: 'ERR_SANDBOX' },
  provable: false,
};

export default act;
