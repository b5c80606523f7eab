import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder that is gone after the test. */
export async function createScratchFolder(): Promise<string> {
  const path = await mkdtemp(join(await realpath(tmpdir()), 'truthound-hot-reload-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
