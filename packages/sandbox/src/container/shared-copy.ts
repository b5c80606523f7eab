import { chmod, cp, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const READ_BY_ALL = 0o444;
const ENTER_BY_ALL = 0o555;

/** Lets every user read a file, or a folder with all that is in it. */
export async function shareWithGuest(path: string): Promise<void> {
  const { mode } = await stat(path);
  const isFolder = (mode & 0o170000) === 0o040000;
  await chmod(path, (mode & 0o777) | (isFolder ? ENTER_BY_ALL : READ_BY_ALL));
  if (!isFolder) return;
  for (const name of await readdir(path)) await shareWithGuest(join(path, name));
}

/** Whether every user can read a folder, by its own mode: those above it do not matter to a mount. */
export async function isReadableByGuest(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  return (mode & 0o005) === 0o005;
}

/** Copies a folder to where a guest finds it. Links become what they lead to. */
export async function copyForGuest(folder: string, target: string): Promise<void> {
  await cp(folder, target, { recursive: true, dereference: true });
  await shareWithGuest(target);
}
