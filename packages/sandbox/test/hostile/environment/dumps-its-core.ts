import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { HostileAct } from '../hostile-act.ts';

const act: HostileAct = {
  title: 'ends so that the kernel would write its memory into a file',
  weakness: 'W-05',
  attacks: ['fileWrite'],
  attack: () => {
    process.abort();
  },
  expect: { error: 'ERR_SANDBOX', alive: false },
  verify: ({ exit }) => {
    // The kernel gives a container’s first process no SIGABRT; the C library then takes harder measures.
    assert.match(String(exit?.signal), /^SIG(?:ABRT|SEGV)$/);
    const names = readdirSync(tmpdir()).filter((name) =>
      name.startsWith(`truthound-sandbox-${String(process.pid)}-`),
    );
    const cores = names
      .flatMap((name) => readdirSync(join(tmpdir(), name)))
      .filter((name) => name.startsWith('core'));
    assert.deepEqual(cores, []);
  },
  provable: false,
};

export default act;
