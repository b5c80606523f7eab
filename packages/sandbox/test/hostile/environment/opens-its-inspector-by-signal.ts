import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'opens its inspector by the signal that Node listens for',
  weakness: 'W-05',
  attacks: ['hostSignals'],
  attack: esModule(`
    export const attack = async () => {
      const ways = [() => process.kill(process.pid, 'SIGUSR1'), () => process._kill(process.pid, 10), () => process._debugProcess(process.pid)];
      for (const way of ways) try { way(); } catch {}
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 'alive';
    };`),
  verify: ({ logs }) => {
    assert.deepEqual(
      logs.filter((line) => line.includes('Debugger')),
      [],
    );
  },
  provable: false,
};

export default act;
