import { commonJs } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'registers loader hooks that run before the gate',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: commonJs(`
    exports.attack = async () => {
      module.constructor.registerHooks({
        resolve: (specifier, context, next) =>
          specifier === 'innocent' ? { url: 'node:child_process', format: 'builtin', shortCircuit: true } : next(specifier, context),
        load: (url, context, next) =>
          url === 'node:child_process' ? { format: 'builtin', shortCircuit: true } : next(url, context),
      });
      return typeof (await import('innocent')).execSync;
    };`),
  expect: { recorded: 'module' },
};

export default act;
