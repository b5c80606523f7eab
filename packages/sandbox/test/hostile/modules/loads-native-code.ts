import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'loads a shared object into the guest',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: esModule(`
    export const attack = () => {
      const folders = ['/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/lib'];
      for (const folder of folders) try {
        process.dlopen({ exports: {} }, folder + '/libm.so.6');
      } catch (error) {
        // Its constructors ran before Node found that it is no add-on.
        if (String(error).includes('self-register')) return 'loaded';
      }
    };`),
  expect: { recorded: 'module' },
};

export default act;
