import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads a file outside, by every asynchronous way',
  weakness: 'W-04',
  attacks: ['fileRead'],
  attack: esModule(`
    import fs from 'node:fs';
    import { text } from 'node:stream/consumers';
    export const attack = async ({ secretFile, outside }) => {
      const ways = [
        () => fs.promises.readFile(secretFile, 'utf8'),
        () => new Promise((resolve, reject) => fs.readFile(secretFile, 'utf8', (error, got) => error ? reject(error) : resolve(got))),
        () => text(fs.createReadStream(secretFile)),
        async () => (await fs.promises.open(secretFile)).readFile('utf8'),
        async () => { for await (const entry of await fs.promises.opendir(outside)) return entry.name; },
        async () => (await fs.promises.readdir(outside)).join(),
      ];
      for (const way of ways) { const got = await way().catch(() => undefined); if (got) return got; }
    };`),
};

export default act;
