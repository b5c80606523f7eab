import { commonJs } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'takes functions and receivers from the call stack',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: commonJs(`
    exports.attack = () => {
      const got = [];
      const look = (_, sites) => {
        for (const site of sites) for (const held of [site.getFunction(), site.getThis()])
          if (held !== undefined && held !== globalThis && held !== exports.attack) got.push(held);
        return '';
      };
      const trigger = () => {
        Error.prepareStackTrace = look;
        try { process.getBuiltinModule('vm'); } catch (error) { void error.stack; }
        void new Error('here').stack;
        Error.prepareStackTrace = undefined;
      };
      trigger();
      const powers = got.filter((held) => typeof held.require === 'function' || typeof held._load === 'function' || held.name === 'getBuiltinModule' || held.binding);
      return powers.map((held) => held.name ?? typeof held).join();
    };`),
  provable: false,
};

export default act;
