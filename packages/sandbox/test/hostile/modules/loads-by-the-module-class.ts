import { commonJs } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'loads with the class of its own module object',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: commonJs(`
    const Module = module.constructor;
    const ways = [
      () => Module._load('child_process'),
      () => Module.createRequire(__filename)('child_process'),
      () => new Module('x').require('child_process'),
      () => Module.Module._load('child_process'),
      () => Module._extensions['.js'] && require(Module._resolveFilename('child_process')),
    ];
    exports.attack = () => {
      for (const way of ways) try { return typeof way().execSync; } catch {}
    };`),
  expect: { recorded: 'module' },
};

export default act;
