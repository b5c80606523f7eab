import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports from text that it evaluates',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: esModule(`
    const text = 'import("node:child_process").then((got) => typeof got.execSync)';
    const ways = [
      () => (0, eval)(text),
      () => new Function('return ' + text)(),
      () => (async () => undefined).constructor('return ' + text)(),
      () => new Promise((resolve, reject) => { globalThis.resolve = resolve; (0, eval)(text + '.then(resolve)').catch(reject); }),
    ];
    export const attack = async () => {
      for (const way of ways) { const got = await way().catch(() => undefined); if (got) return got; }
    };`),
  expect: { recorded: 'module' },
};

export default act;
