import assert from 'node:assert/strict';
import { SandboxError } from '@truthound/protocols';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'closes the descriptor that it is reached by',
  weakness: 'W-16',
  attacks: [],
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      fs.closeSync(3);
      return new Promise(() => undefined);
    };`),
  policy: { maxExecutionTimeSec: 1 },
  verify: ({ error }) => {
    assert.ok(error instanceof SandboxError, String(error));
  },
  provable: false,
};

export default act;
