import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'imports what lies outside as a module',
  attacks: ['fileRead'],
  attack: esModule(
    `
    import { createReadStream } from 'node:fs';
    export const attack = async ({ outside }) => {
      const ways = [outside + '/secret.txt', 'file://' + outside + '/module.mjs', './link.json'];
      for (const way of ways) {
        const got = await import(way, { with: { type: way.endsWith('json') ? 'json' : undefined } }).catch(() => undefined);
        if (got) return got;
        try { await import(way); } catch (error) { if (error.stack?.includes('the secret')) return error.stack; }
      }
      const { default: got } = await import('./link.json', { with: { type: 'json' } });
      return got;
    };`,
    { links: () => ({ 'link.json': '/etc/hostname' }) },
  ),
  provable: false,
};

export default act;
