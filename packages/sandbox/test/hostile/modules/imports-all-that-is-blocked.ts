import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';
import { builtinModules } from 'node:module';
import { STANDARD } from '@truthound/protocols';

const act: HostileAct = {
  title: 'imports every built-in that this Node has, and gets only what the policy lists',
  weakness: 'W-04',
  attacks: ['modules'],
  attack: esModule(`
    export const attack = async ({ names }) => {
      const got = [];
      for (const name of names ?? ['vm']) await import(name).then(() => got.push(name), () => undefined);
      return got;
    };`),
  verify: async ({ call }) => {
    const got = (await call({ export: 'attack' }, { names: builtinModules })) as string[];
    const isAllowed = (name: string): boolean =>
      STANDARD.allowedModules.includes(name) || STANDARD.allowedModules.includes(name.split('/')[0] ?? '');
    assert.deepEqual(
      got.filter((name) => !isAllowed(name.replace('node:', ''))),
      [],
    );
    assert.ok(got.includes('fs') && got.includes('path/posix'), 'allowed modules were refused');
  },
};

export default act;
