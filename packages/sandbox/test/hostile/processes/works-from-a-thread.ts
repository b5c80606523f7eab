import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'starts programs and connects from a thread, past no gate at all',
  weakness: 'W-08',
  attacks: ['subprocess', 'network', 'fileWrite'],
  policy: { allowedModules: [], blockedModules: [] },
  attack: esModule(`
    export const attack = async ({ newFile, port }) => {
      const { Worker } = await import('node:worker_threads');
      const source = 'try { require("fs").writeFileSync(' + JSON.stringify(newFile) + ', "x") } catch {} try { require("child_process").execSync("echo x > ' + newFile + '") } catch {} require("net").connect(' + port + ').on("error", () => undefined)';
      const worker = new Worker(source, { eval: true, resourceLimits: { codeRangeSizeMb: 8 } });
      await new Promise((resolve) => worker.on('exit', resolve).on('error', resolve));
    };`),
};

export default act;
