import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'spells the name of a blocked module in other ways',
  weakness: 'W-03',
  attacks: ['modules'],
  attack: esModule(`
    let times = 0;
    const names = [
      'node:vm', 'vm', ' vm', 'vm ', 'VM', 'NODE:vm', 'node:VM', 'node:vm?x', 'node:vm#x', 'node:./vm', 'node:fs/../vm',
      'node:%76m', 'node:node:vm', '\\u0076m', 'vm/', 'node:vm/', './vm', 'node:vm\\0',
      { toString: () => (times++ % 2 ? 'vm' : 'os') }, new String('vm'), ['vm'],
    ];
    const ways = [(name) => import(name), async (name) => process.getBuiltinModule(name), (name) => import('data:text/javascript,export * from ' + JSON.stringify(String(name)))];
    export const attack = async () => {
      for (const name of names) for (const way of ways) {
        const got = await way(name).catch(() => undefined);
        if (got?.runInThisContext) return String(name);
      }
    };`),
  expect: { recorded: 'module' },
};

export default act;
