import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'patches Function.prototype to be handed what the gate keeps',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: esModule(`
    export const attack = () => {
      const seen = new Set();
      const { call, apply, bind } = Function.prototype;
      const { apply: reflectApply } = Reflect;
      Function.prototype.call = function (...args) { seen.add(this); return reflectApply(this, args[0], args.slice(1)); };
      Function.prototype.apply = function (self, args) { seen.add(this); return reflectApply(this, self, args ?? []); };
      Function.prototype.bind = function (...args) { seen.add(this); return reflectApply(bind, this, args); };
      try { process.getBuiltinModule('fs'); } catch {}
      try { process.getBuiltinModule('vm'); } catch {}
      Object.assign(Function.prototype, { call, apply, bind });
      seen.add(process.getBuiltinModule);
      for (const held of seen) try { return typeof reflectApply(held, process, ['vm']).runInThisContext; } catch {}
    };`),
  expect: { recorded: 'module' },
};

export default act;
