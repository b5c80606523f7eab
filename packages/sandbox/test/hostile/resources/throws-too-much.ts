import assert from 'node:assert/strict';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'throws an error whose texts are huge',
  weakness: 'W-16',
  attacks: ['memory'],
  policy: { maxCpuPercent: Infinity },
  attack: () => {
    const text = 'x'.repeat(50_000_000);
    throw Object.assign(new Error(text), { name: text, stack: text, code: text, path: text });
  },
  verify: ({ error }) => {
    const texts = [error?.message, error?.name, error?.stack, error?.code].map((text) => text?.length ?? 0);
    assert.ok(Math.max(...texts) < 50_000, texts.join());
  },
  expect: { error: 'ERR_PLUGIN_EXECUTION', alive: true },
  provable: false,
};

export default act;
