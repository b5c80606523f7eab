import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'starts processes by the test runner',
  weakness: 'W-08',
  attacks: ['modules', 'processCount'],
  attack: esModule(
    `
    export const attack = async () => {
      const { run } = await import('node:test');
      for await (const { type } of run({ files: [new URL('own.test.mjs', import.meta.url).pathname] })) return type;
    };`,
    { files: { 'own.test.mjs': '' } },
  ),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'module', recorded: 'module' },
};

export default act;
