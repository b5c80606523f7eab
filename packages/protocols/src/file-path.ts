import { ValidationError } from './errors/validation-error.ts';
import { type Check, describeValue } from './validation.ts';

/** How the public interfaces take a path: text, or a `file:` URL. */
export type FilePath = string | URL;

const WINDOWS_DRIVE = /^\/[A-Z]:\//i;
const ABSOLUTE = /^(?:\/|[A-Z]:[\\/]|\\\\)/i;

/**
 * The text of a path: a `file:` URL is decoded, text stays as it is. Pure, so that policies need no `node:url`.
 * @throws ValidationError for a URL that names no file of this machine.
 */
export function filePathToString(path: FilePath): string {
  if (typeof path === 'string') return path;
  const problem = findUrlProblem(path);
  if (problem !== undefined) throw new ValidationError({ subject: 'path', faults: [{ path: '', problem }] });
  const decoded = decodeURIComponent(path.pathname);
  return WINDOWS_DRIVE.test(decoded) ? decoded.slice(1) : decoded;
}

/** What `fileURLToPath` of Node refuses as well. An encoded separator would lead elsewhere than it shows. */
function findUrlProblem({ protocol, host, pathname, href }: URL): string | undefined {
  if (protocol !== 'file:') return `must be a path or a file: URL, not ${protocol}`;
  if (host !== '') return `must be on this machine, not on "${host}"`;
  if (/%(?:2f|5c|00)/i.test(pathname)) return `must not hide a separator or a NUL character: ${href}`;
  return isDecodable(pathname) ? undefined : `must be valid percent-encoding: ${href}`;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Checks for an absolute path: a relative one would change its meaning with the working directory. */
export const absolutePath: Check = (value, path, faults) => {
  if (value instanceof URL) {
    const problem = findUrlProblem(value);
    if (problem !== undefined) faults.add(path, problem);
    return;
  }
  if (typeof value !== 'string') faults.add(path, `must be a path, not ${describeValue(value)}`);
  else if (value.includes('\0')) faults.add(path, 'must not contain a NUL character');
  else if (!ABSOLUTE.test(value))
    faults.add(path, `must be an absolute path, not ${describeValue(value)}: resolve it first`);
};
