import assert from 'node:assert/strict';
import { SandboxError } from '@truthound/protocols';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'finds out the number of its call, and answers it before its answer',
  weakness: 'W-01',
  attacks: [],
  attack: esModule(`
    import fs from 'node:fs';
    const numbers = new Set();
    for (const method of ['get', 'set', 'has', 'delete']) {
      const original = Map.prototype[method];
      Map.prototype[method] = function (key, value) { if (Number.isInteger(key)) numbers.add(key); return original.call(this, key, value); };
    }
    export const attack = () => undefined;
    export const again = () => {
      for (const number of numbers) fs.writeSync(3, '["result",' + number + ',"forged",false]\\n');
      return numbers.size;
    };`),
  verify: async ({ call }) => {
    // Whichever number it wrote: one answer settles one call, and the next one ends the guest.
    const outcome = await call({ export: 'again' }).catch((error: unknown) => error);
    const next = await call({ export: 'attack' }).catch((error: unknown) => error);
    if (outcome === 0) assert.equal(next, undefined);
    else assert.ok(next instanceof SandboxError, String(next));
  },
  provable: false,
};

export default act;
