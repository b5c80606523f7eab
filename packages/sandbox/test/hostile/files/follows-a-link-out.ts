import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'follows a link that it ships to a file outside',
  attacks: ['fileRead'],
  attack: esModule(
    `
    import fs from 'node:fs';
    export const attack = async () => {
      for (const name of ['link', 'folder/secret.txt'])
        try { return fs.readFileSync(new URL(name, import.meta.url), 'utf8'); } catch {}
      return fs.promises.readFile(new URL('link', import.meta.url), 'utf8');
    };`,
    { links: ({ secretFile, outside }) => ({ link: secretFile, folder: outside }) },
  ),
  expect: { error: 'ERR_SANDBOX_VIOLATION', denied: 'file-read', alive: true },
};

export default act;
