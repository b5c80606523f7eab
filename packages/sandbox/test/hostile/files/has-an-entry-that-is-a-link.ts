import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'has an entry that is a link to a file outside',
  attacks: ['fileRead'],
  attack: {
    files: { 'package.json': '{"exports":"./entry.js"}' },
    links: ({ secretFile }) => ({ 'entry.js': secretFile }),
  },
  expect: { error: 'ERR_SANDBOX' },
  provable: false,
};

export default act;
