import assert from 'node:assert/strict';
import { esModule } from '../attack-plugins.ts';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'answers with streams that never end, which its caller leaves',
  weakness: 'W-08',
  attacks: ['memory'],
  attack: esModule(`
    let produced = 0;
    export const attack = () => (async function* () {
      try { for (;;) { produced += 1; yield 'x'.repeat(100_000); } } finally { produced = -1; }
    })();
    export const count = () => produced;`),
  verify: async ({ value, call }) => {
    let items = 0;
    for await (const item of value as AsyncIterable<string>) {
      assert.equal(item.length, 100_000);
      items += 1;
      if (items === 50) break;
    }
    await call({ export: 'count' });
    assert.equal(await call({ export: 'count' }), -1, 'the stream still produces');
  },
  expect: { alive: true },
  provable: false,
};

export default act;
