import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'listens to channels on which Node publishes live objects',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: async () => {
    const channels = await import('node:diagnostics_channel');
    channels.subscribe('worker_threads', () => undefined);
    return channels.hasSubscribers('worker_threads');
  },
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
