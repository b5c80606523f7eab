import { closeSync, constants, fstatSync, openSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';

/** Larger texts are not read: they are data. */
const MAX_BYTES = 1024 * 1024;

/** The text of a plugin's file; `undefined` when there is none, it is too large, or it lies outside of the folder. */
export function readPluginText(folder: string, file: string): string | undefined {
  try {
    const root = realpathSync(folder);
    const path = realpathSync(join(root, file));
    const way = relative(root, path);
    if (way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
    // Opening a pipe that nobody writes to must not wait.
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const facts = fstatSync(descriptor);
      return facts.isFile() && facts.size <= MAX_BYTES ? readFileSync(descriptor, 'utf8') : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** The text of the file whose name matches, in any case. */
export function findPluginText(folder: string, name: RegExp): string | undefined {
  const found = readdirSync(folder)
    .sort()
    .find((each) => name.test(each));
  return found === undefined ? undefined : readPluginText(folder, found);
}
