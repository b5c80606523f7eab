import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'starts a thread that has no gate',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: async () => {
    const { Worker } = await import('node:worker_threads');
    const worker = new Worker('require("worker_threads").parentPort.postMessage("got out")', { eval: true });
    return new Promise((resolve) => worker.once('message', resolve));
  },
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
