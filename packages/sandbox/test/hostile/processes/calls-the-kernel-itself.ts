import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'calls the kernel with FFI',
  weakness: 'W-04',
  attacks: ['modules', 'syscalls'],
  attack: esModule(`
    export const attack = async () => {
      const got = [];
      for (const way of [() => import('node:ffi'), async () => process.getBuiltinModule('node:ffi'), async () => process.permission.has('ffi') && 'permitted'])
        await way().then((found) => found && got.push(typeof found), () => undefined);
      return got.join();
    };`),
  provable: false,
};

export default act;
