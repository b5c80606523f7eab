/**
 * The private folder of a sandbox. It carries the host's process id in its name, so that what a killed
 * host left behind is found by the next one and removed.
 *
 * @module
 */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserId } from '../confinement/guest-user.ts';

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

/** A guest's folders. */
export interface ScratchFolder extends AsyncDisposable {
  /** Holds the others; the guest may read it. */
  readonly path: string;
  /** Where the guest runs, and may write where its policy lets it. */
  readonly work: string;
  /**
   * What the host puts there for the guest. The guest can't write here: a link that it planted would send
   * the host's own writes elsewhere.
   */
  readonly modules: string;
}

/** Entered by the owner, and by the group that the guest runs as. */
const ENTERED_BY_GROUP = 0o710;
const READ_BY_GROUP = 0o750;

/**
 * Makes folders that only this user can enter, and `guest`, where that is another. They are gone when they
 * are disposed, or with the process. Synchronous: nine hops to other threads take ten times as long as the calls.
 */
export function createScratchFolder(guest?: UserId): ScratchFolder {
  if (!hasSwept) {
    hasSwept = true;
    process.once('exit', removeAllNow);
    sweep();
  }
  const path = realpathSync(mkdtempSync(join(tmpdir(), `${PREFIX}${String(process.pid)}-`)));
  folders.add(path);
  const [work, modules] = [join(path, 'work'), join(path, 'modules')];
  for (const folder of [work, modules]) mkdirSync(folder, { mode: 0o700 });
  if (guest !== undefined) {
    chownSync(work, guest.uid, guest.gid);
    for (const [folder, mode] of [
      [modules, READ_BY_GROUP],
      [path, ENTERED_BY_GROUP],
    ] as const) {
      chownSync(folder, process.getuid?.() ?? 0, guest.gid);
      chmodSync(folder, mode);
    }
  }
  return {
    path,
    work,
    modules,
    [Symbol.asyncDispose]: async () => {
      folders.delete(path);
      await rm(path, { recursive: true, force: true });
    },
  };
}
