import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'opens a REPL, which has every module',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: esModule(`
    export const attack = async () => {
      const repl = await import('node:repl');
      const { PassThrough } = await import('node:stream');
      return typeof repl.start({ input: new PassThrough(), output: new PassThrough() }).context.require;
    };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
