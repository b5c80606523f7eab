import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'takes the functions of process from the module of that name',
  weakness: 'W-03',
  attacks: ['modules', 'subprocess'],
  attack: esModule(`
    import * as everything from 'node:process';
    import fallback from 'process';
    const ways = [
      () => everything.getBuiltinModule('vm').runInThisContext('1'),
      () => fallback.getBuiltinModule('vm').runInThisContext('1'),
      () => everything.binding('spawn_sync'),
      () => typeof everything.getBuiltinModule.call(process, 'child_process').execSync,
      () => everything.dlopen.name === 'dlopen' && everything.dlopen({ exports: {} }, 'x'),
    ];
    export const attack = () => ways.map((way) => { try { return way(); } catch {} }).find(Boolean);`),
  expect: { recorded: 'module' },
};

export default act;
