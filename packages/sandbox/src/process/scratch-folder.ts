/**
 * The private folder of a sandbox. It carries the host's process id in its name, so that what a killed
 * host left behind is found by the next one and removed.
 *
 * @module
 */
import { readdirSync, rmSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'truthound-sandbox-';
const NAME = /^truthound-sandbox-(\d+)-/;

const folders = new Set<string>();
let hasSwept = false;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes folders whose host is gone. Other users' are left alone: removing them fails. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Not ours to remove.
    }
  }
}

function removeAllNow(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** Makes a folder that only this user can enter. It is gone when it is disposed, or with the process. */
export async function createScratchFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  if (!hasSwept) {
    hasSwept = true;
    process.once('exit', removeAllNow);
    sweep();
  }
  const path = await realpath(await mkdtemp(join(tmpdir(), `${PREFIX}${String(process.pid)}-`)));
  folders.add(path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      folders.delete(path);
      await rm(path, { recursive: true, force: true });
    },
  };
}
