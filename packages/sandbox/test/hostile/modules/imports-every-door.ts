import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports every built-in that hands out others',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: esModule(`
    const names = ['module', 'worker_threads', 'cluster', 'vm', 'repl', 'inspector', 'inspector/promises', 'wasi',
      'trace_events', 'v8', 'diagnostics_channel', 'sqlite', 'ffi', 'sea', 'test', 'test/reporters'];
    export const attack = async () => {
      const got = [];
      for (const name of names) {
        await import('node:' + name).then((found) => got.push(name, typeof found), () => undefined);
        try { if (process.getBuiltinModule('node:' + name)) got.push(name); } catch {}
      }
      return got.join();
    };`),
  expect: { recorded: 'module' },
};

export default act;
