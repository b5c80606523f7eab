import assert from 'node:assert/strict';
import { SandboxResourceError } from '@truthound/protocols';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'answers with a text that it holds once and names sixty times',
  weakness: 'W-08',
  attacks: ['memory'],
  policy: { maxCpuPercent: Infinity },
  attack: () => Array(60).fill('x'.repeat(6_000_000)) as string[],
  verify: ({ error }) => {
    assert.ok(error instanceof SandboxResourceError, String(error));
  },
  provable: false,
};

export default act;
