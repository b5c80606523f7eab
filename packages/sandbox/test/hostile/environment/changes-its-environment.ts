import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'sets options of Node that whatever it starts would obey',
  weakness: 'W-05',
  attacks: ['environment'],
  attack: esModule(
    `
    const ways = [
      () => { process.env.NODE_OPTIONS = '--inspect'; },
      () => { process.env = { NODE_OPTIONS: '--inspect' }; },
      () => { Object.defineProperty(process, 'env', { value: { NODE_OPTIONS: '--inspect' } }); },
      () => { Object.setPrototypeOf(process.env, { NODE_OPTIONS: '--inspect' }); },
      () => { process.loadEnvFile(import.meta.dirname + '/.env'); },
    ];
    export const attack = () => {
      for (const way of ways) try { way(); if (process.env.NODE_OPTIONS) return way.toString(); } catch {}
    };`,
    { files: { '.env': 'NODE_OPTIONS=--inspect' } },
  ),
};

export default act;
