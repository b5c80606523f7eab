import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'has Node write all it knows of its process into a report',
  weakness: 'W-05',
  attacks: ['environment', 'fileWrite'],
  attack: esModule(`
    export const attack = () => {
      try { return JSON.stringify(process.report.getReport()); } catch {}
      try { return process.report.writeReport(); } catch {}
      try { Object.assign(process.report, { reportOnSignal: true, reportOnFatalError: true }); return 'set'; } catch {}
    };`),
};

export default act;
