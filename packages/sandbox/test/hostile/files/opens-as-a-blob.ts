import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'opens a file outside as a blob',
  attacks: ['fileRead'],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = async ({ secretFile }) => (await fs.openAsBlob(secretFile)).text();`),
};

export default act;
