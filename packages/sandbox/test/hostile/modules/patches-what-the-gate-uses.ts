import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'patches built-ins first, then loads',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: esModule(`
    export const attack = async () => {
      const saved = [];
      const patch = (target, key, value) => {
        saved.push([target, key, Object.getOwnPropertyDescriptor(target, key)]);
        Object.defineProperty(target, key, { value, configurable: true, writable: true });
      };
      const truth = () => true;
      patch(Array.prototype, 'includes', truth);
      patch(Array.prototype, 'some', truth);
      patch(Array.prototype, 'indexOf', () => 0);
      patch(Set.prototype, 'has', truth);
      patch(Map.prototype, 'has', truth);
      patch(String.prototype, 'startsWith', () => false);
      patch(String.prototype, 'slice', () => 'node:path');
      patch(String.prototype, 'split', () => ['path']);
      patch(String.prototype, 'replace', () => 'path');
      patch(RegExp.prototype, 'test', truth);
      patch(RegExp.prototype, 'exec', () => null);
      patch(Object, 'hasOwn', truth);
      patch(Reflect, 'apply', () => true);
      patch(Object.prototype, 'vm', true);
      patch(globalThis, 'Error', function () {});
      let got;
      for (const way of [() => import('node:vm'), () => process.getBuiltinModule('node:vm'), () => import('data:text/javascript,export * from "vm"')])
        try { got ??= (await way()).runInThisContext; } catch {}
      for (const [target, key, was] of saved.reverse()) {
        if (was) Object.defineProperty(target, key, was); else delete target[key];
      }
      return typeof got === 'function';
    };`),
};

export default act;
