import type { Check } from './validation.ts';
import { describeValue } from './validation.ts';

/** How the public interfaces take a path: text, or a `file:` URL. */
export type FilePath = string | URL;

const WINDOWS_DRIVE = /^\/[A-Z]:\//i;
const ABSOLUTE = /^(?:\/|[A-Z]:[\\/]|\\\\)/i;

/** The text of a path: a `file:` URL is decoded, text stays as it is. Pure, so that policies need no `node:url`. */
export function filePathToString(path: FilePath): string {
  if (typeof path === 'string') return path;
  const decoded = decodeURIComponent(path.pathname);
  return WINDOWS_DRIVE.test(decoded) ? decoded.slice(1) : decoded;
}

/** Checks for an absolute path: a relative one would change its meaning with the working directory. */
export const absolutePath: Check = (value, path, faults) => {
  if (value instanceof URL) {
    if (value.protocol !== 'file:') faults.add(path, `must be a path or a file: URL, not ${value.protocol}`);
    return;
  }
  if (typeof value !== 'string') faults.add(path, `must be a path, not ${describeValue(value)}`);
  else if (value.includes('\0')) faults.add(path, 'must not contain a NUL character');
  else if (!ABSOLUTE.test(value))
    faults.add(path, `must be an absolute path, not ${describeValue(value)}: resolve it first`);
};
