import assert from 'node:assert/strict';
import { SandboxError } from '@truthound/protocols';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'forges a message after it has answered',
  weakness: 'W-01',
  attacks: [],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => { setTimeout(() => fs.writeSync(3, '["result",1,2,false]\\n'), 10); };
    export const wait = () => new Promise(() => undefined);`),
  verify: async ({ call }) => {
    const error = await call({ export: 'wait' }).catch((reason: unknown) => reason);
    assert.ok(error instanceof SandboxError, String(error));
    assert.match(error.message, /no honest guest sends/);
  },
  provable: false,
};

export default act;
