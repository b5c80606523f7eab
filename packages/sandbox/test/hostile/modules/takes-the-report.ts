import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'writes a diagnostic report, which shows environment and libraries',
  weakness: 'W-03',
  attacks: ['modules', 'environment'],
  attack: esModule(`export const attack = () => process.report?.getReport().header.cwd;`),
};

export default act;
