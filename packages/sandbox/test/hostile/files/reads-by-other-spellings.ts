import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reads a file outside by other spellings of its path',
  attacks: ['fileRead'],
  attack: esModule(`
    import fs from 'node:fs';
    import { fileURLToPath, pathToFileURL } from 'node:url';
    const own = fileURLToPath(new URL('.', import.meta.url));
    export const attack = ({ secretFile }) => {
      const spellings = [
        own + '../outside/secret.txt', own + './/..//outside/./secret.txt', own + 'none/../../outside/secret.txt',
        Buffer.from(secretFile), new Uint8Array(Buffer.from(secretFile)), Buffer.from(own + '../outside/secret.txt'), pathToFileURL(secretFile), '/proc/self/root' + secretFile, '/proc/self/cwd/../../../..' + secretFile,
        '/proc/thread-self/root' + secretFile, '/dev/fd/../root' + secretFile, '/./' + secretFile, '//' + secretFile,
      ];
      for (const spelling of spellings) try { return fs.readFileSync(spelling, 'latin1'); } catch {}
    };`),
};

export default act;
