import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'debugs itself',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: esModule(`
    export const attack = async () => {
      const { Session } = await import('node:inspector/promises');
      const session = new Session();
      session.connect();
      const { result } = await session.post('Runtime.evaluate', { expression: 'require("vm") && "got"', includeCommandLineAPI: true });
      return result.value ?? 'evaluated';
    };`),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
