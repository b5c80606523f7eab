import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'reports violations without end, for the host to log',
  weakness: 'W-13',
  attacks: ['wallTime'],
  policy: { maxExecutionTimeSec: 1 },
  attack: esModule(`
    import fs from 'node:fs';
    export const attack = () => {
      const bytes = Buffer.from('["violation","module","again"]\\n'.repeat(2000));
      for (let at = 0; ; at %= bytes.length) try { at += fs.writeSync(3, bytes, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
    };`),
  verify: ({ violations }) => {
    assert.ok(violations.length < 500, `${String(violations.length)} violations were told`);
  },
  expect: { error: 'ERR_SANDBOX_TIMEOUT', recorded: 'module', alive: false },
  provable: false,
};

export default act;
