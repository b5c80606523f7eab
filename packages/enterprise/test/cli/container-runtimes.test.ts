import { chmod } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { probeContainerRuntimes } from '../../src/cli/container-runtimes.ts';
import { Desk } from './truthound.ts';

const never = new AbortController().signal;

afterEach(() => {
  vi.unstubAllEnvs();
});

async function fake(desk: Desk, name: string, script: string): Promise<void> {
  await chmod(await desk.write(name, `#!/bin/sh\n${script}\n`), 0o755);
  vi.stubEnv('PATH', desk.root);
}

describe('probeContainerRuntimes', () => {
  it('tells what answers, what does not and what is not there', async () => {
    await using desk = await Desk.create();
    await fake(desk, 'docker', 'echo 28.1.0');
    expect(await probeContainerRuntimes(never)).toEqual([
      { name: 'docker', status: 'answers', detail: 'version 28.1.0' },
      { name: 'podman', status: 'not-installed', detail: 'install podman and put it on the PATH' },
    ]);
    await fake(desk, 'docker', 'echo "Cannot connect to the daemon" >&2; exit 1');
    await fake(desk, 'podman', 'exit 1');
    expect(await probeContainerRuntimes(never)).toEqual([
      { name: 'docker', status: 'does-not-answer', detail: 'Cannot connect to the daemon' },
      { name: 'podman', status: 'does-not-answer', detail: 'it ended without an answer' },
    ]);
  });

  it('ends when it is told to', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(probeContainerRuntimes(stopped)).rejects.toThrow('stopped');
  });
});
