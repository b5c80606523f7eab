import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FilePath } from '@truthound/protocols';

/** The absolute local path of a `file:` URL or of a path. @throws TypeError for another URL, or a path with NUL */
export function toLocalPath(path: FilePath): string {
  const text = path instanceof URL ? fileURLToPath(path) : path;
  if (typeof text !== 'string' || text === '' || text.includes('\0')) {
    throw new TypeError('a path must be a non-empty text without NUL, or a file: URL');
  }
  return resolve(text);
}
