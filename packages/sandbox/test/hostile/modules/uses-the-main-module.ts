import { commonJs } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'goes up to the main module',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: commonJs(`
    exports.attack = () => {
      const tops = [process.mainModule, require.main, module.parent, module.children[0], ...Object.values(require.cache)];
      for (const top of tops) try { return top.require('vm').runInThisContext('1') } catch {}
    };`),
};

export default act;
