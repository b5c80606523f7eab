import { chmod, cp, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const READ_BY_ALL = 0o444;
const ENTER_BY_ALL = 0o555;

/** Lets every user read a file, or a folder with all that is in it. What links lead to is left as it is. */
export async function shareWithGuest(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  await chmod(path, (found.mode & 0o777) | (found.isDirectory() ? ENTER_BY_ALL : READ_BY_ALL));
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await shareWithGuest(join(path, name));
}

/** Whether every user can read a folder, by its own mode: those above it do not matter to a mount. */
export async function isReadableByGuest(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  return (mode & 0o005) === 0o005;
}

/**
 * Copies a folder to where a guest finds it. Links stay links: one that leads out of the folder would
 * otherwise bring in what the guest is not to see, and so leads nowhere there.
 */
export async function copyForGuest(folder: string, target: string): Promise<void> {
  await cp(folder, target, { recursive: true, verbatimSymlinks: true });
  await shareWithGuest(target);
}
