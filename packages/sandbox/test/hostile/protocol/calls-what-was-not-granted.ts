import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'calls functions of the host that it was not given, and members that every object has',
  weakness: 'W-01',
  attacks: [],
  host: { get: () => 'granted' },
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = async () => {
      const got = [];
      for (const name of ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty', 'set', '__defineGetter__'])
        try { got.push(await truthound.host[name]('x')); } catch {}
      try { truthound.host.set = () => 1; got.push('set'); } catch {}
      try { Object.getPrototypeOf(truthound.host).x = 1; got.push('prototype'); } catch {}
      fs.writeSync(3, ['constructor', '__proto__', 'toString', 'missing'].map((name, index) => '["host-call",' + (1000 + index) + ',"' + name + '",[],false]\\n').join(''));
      return got.join();
    };`),
  expect: { alive: true },
  provable: false,
};

export default act;
