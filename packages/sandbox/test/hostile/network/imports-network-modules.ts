import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'connects with the modules of the network',
  weakness: 'W-04',
  attacks: ['modules', 'network'],
  attack: async ({ port }) => {
    const net = await import('node:net');
    await new Promise((resolve, reject) =>
      net.connect(port, '127.0.0.1', () => resolve(undefined)).on('error', reject),
    );
    return 'connected';
  },
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module', alive: true },
};

export default act;
