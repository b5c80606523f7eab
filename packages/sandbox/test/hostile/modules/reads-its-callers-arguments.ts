import { commonJs } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'takes the arguments of the functions that called it',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: commonJs(`
    function attack() {
      const got = [];
      let caller = attack.caller;
      for (let depth = 0; caller && depth < 20; depth += 1) {
        try { got.push(...caller.arguments); caller = caller.caller; } catch { break; }
      }
      const require = got.find((held) => typeof held === 'function' && held.resolve && held.cache);
      return require && typeof require('vm').runInThisContext;
    }
    exports.attack = attack;
    exports.early = attack();`),
  provable: false,
};

export default act;
