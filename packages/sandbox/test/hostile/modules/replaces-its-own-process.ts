import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'replaces its process by another program',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: esModule(`
    export const attack = ({ newFile }) => {
      process.execve('/bin/sh', ['sh', '-c', 'echo done > ' + newFile], {});
    };`),
  expect: { recorded: 'module', alive: true },
};

export default act;
