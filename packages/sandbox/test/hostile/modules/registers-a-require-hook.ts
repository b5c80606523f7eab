import { commonJs } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'replaces the functions that CommonJS loads with',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: commonJs(`
    exports.attack = () => {
      const Module = module.constructor;
      const load = Module._load, resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => name === 'innocent' ? 'child_process' : resolve(name, ...rest);
      try { return typeof require('innocent').execSync; } catch {}
      Module._cache['node:child_process'] = undefined;
      return typeof Module._load.call(Module, 'node:child_process', module, true).execSync;
    };`),
  expect: { recorded: 'module' },
};

export default act;
