import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'has Node itself write files: snapshots, traces, coverage, reports, dotenv',
  attacks: ['modules', 'fileRead', 'fileWrite'],
  attack: esModule(`
    export const attack = async ({ newFile, secretFile }) => {
      const ways = [
        async () => (await import('node:v8')).writeHeapSnapshot(newFile),
        async () => process.report.writeReport(newFile),
        async () => { process.loadEnvFile(secretFile); return process.env.the; },
        async () => (await import('node:util')).parseEnv && process.loadEnvFile(newFile),
        async () => (await import('node:trace_events')).createTracing({ categories: ['node'] }).enable(),
        async () => (await import('node:module')).enableCompileCache(newFile),
        async () => (await import('node:crypto')).setEngine?.(newFile),
      ];
      for (const way of ways) await way().catch(() => undefined);
    };`),
};

export default act;
