/**
 * Which file names a plugin may contain. Runs without `node:` imports.
 *
 * A name must mean the same file on every system, or a statement checked on one machine would say something else on another:
 * `a\b` is a file on Linux and a folder on Windows, `É` has two spellings, `A` and `a` are one file on macOS.
 *
 * @module
 */

/** Name of the signature file, at the root of a plugin; the only file that is not signed. */
export const SIGNATURE_FILE = 'truthound.sig.json';

/** Most files of a plugin. */
export const MAX_FILES = 100_000;
const MAX_PATH_BYTES = 1024;
const MAX_DEPTH = 64;

/** First rule that `refused` matches names the problem. */
const NAME_RULES: readonly { readonly problem: string; readonly refused: (name: string) => boolean }[] = [
  { problem: 'is empty, "." or ".."', refused: (name) => name === '' || name === '.' || name === '..' },
  { problem: 'contains "/" or "\\"', refused: (name) => /[/\\]/.test(name) },
  {
    problem: 'contains a control character',
    refused: (name) => /[\p{Cc}\u2028\u2029]/u.test(name),
  },
  { problem: 'is not valid UTF-8', refused: (name) => /[\p{Surrogate}\ufffd]/u.test(name) },
  { problem: 'is not in Unicode normal form C', refused: (name) => name !== name.normalize('NFC') },
  { problem: 'contains ":", which Windows reads as a stream', refused: (name) => name.includes(':') },
  { problem: 'ends with "." or a space, which Windows drops', refused: (name) => /[. ]$/.test(name) },
  {
    problem: 'is a device on Windows',
    refused: (name) => /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name),
  },
];

const PLAIN = /^[\w-][\w.@+-]*[\w-]$/;
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** What is wrong with one part of a path; `undefined` for nothing. */
export function findNameFault(name: string): string | undefined {
  // Nearly every name is plain ASCII, and then only the last rule can object.
  if (PLAIN.test(name) && !DEVICE.test(name)) return undefined;
  return NAME_RULES.find(({ refused }) => refused(name))?.problem;
}

/** What is wrong with `name` in the folder `folder`, whose own path is in order; `undefined` for nothing. */
export function findEntryFault(folder: string, name: string): string | undefined {
  return findNameFault(name) ?? findSizeFault(folder === '' ? name : `${folder}/${name}`);
}

/** What is wrong with a path relative to the plugin's root, parts joined with `/`. */
export function findPathFault(path: string): string | undefined {
  const sizeFault = findSizeFault(path);
  if (sizeFault !== undefined) return sizeFault;
  for (const part of path.split('/')) {
    const fault = findNameFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function findSizeFault(path: string): string | undefined {
  // Both limits are far from paths as short as this.
  if (path.length < MAX_DEPTH) return undefined;
  if (path.split('/').length > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} folders`;
  if (path.length * 3 > MAX_PATH_BYTES && new TextEncoder().encode(path).length > MAX_PATH_BYTES) {
    return `has a path of more than ${MAX_PATH_BYTES} bytes`;
  }
  return undefined;
}

/** Orders paths by their UTF-8 bytes, which is the order of their code points. */
export function comparePaths(a: string, b: string): number {
  if (a === b) return 0;
  // Code units order like code points, but for surrogates: what they stand for comes after all other units.
  for (let index = 0; index < a.length && index < b.length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const isLeftSurrogate = left >= 0xd800 && left <= 0xdfff;
    const isRightSurrogate = right >= 0xd800 && right <= 0xdfff;
    if (isLeftSurrogate !== isRightSurrogate) return isLeftSurrogate ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

const FOLDS = /[A-Z\u0080-\uffff]/;
const BEYOND_ASCII = /[\u0080-\uffff]/;

/** The spelling under which a file system that ignores case would find it. */
function foldCase(path: string): string {
  return BEYOND_ASCII.test(path) ? path.toUpperCase().toLowerCase().normalize('NFC') : path.toLowerCase();
}

/**
 * Two files, or a file and a folder, that a file system ignoring case takes for one; `undefined` when there are none. No two of `paths`
 * are the same.
 */
export function findCollision(paths: readonly string[]): readonly [string, string] | undefined {
  return mayCollide(paths) ? locateCollision(paths) : undefined;
}

/** Whether there may be a collision. Paths that folding leaves as they are, nearly all, can only collide with folders. */
function mayCollide(paths: readonly string[]): boolean {
  const folders = new Set<string>();
  let before = '';
  for (const path of paths) {
    if (FOLDS.test(path)) return true;
    const end = path.lastIndexOf('/');
    // Files of one folder mostly come one after the other.
    if (end === before.length && path.startsWith(before)) continue;
    newFolders(path, folders);
    before = path.slice(0, Math.max(end, 0));
  }
  return paths.some((path) => folders.has(path));
}

function locateCollision(paths: readonly string[]): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  const folders = new Set<string>();
  for (const path of paths) {
    for (const folder of newFolders(path, folders)) {
      const other = claim(seen, folder);
      if (other !== undefined) return [other, folder];
    }
    const other = claim(seen, path);
    if (other !== undefined) return [other, path];
  }
  return undefined;
}

/** The folders on the way to a file that were not met before. They count too: `A/x` and `a/y` would share a folder. */
function newFolders(path: string, folders: Set<string>): readonly string[] {
  const found: string[] = [];
  for (let end = path.lastIndexOf('/'); end !== -1; end = path.lastIndexOf('/', end - 1)) {
    const folder = path.slice(0, end);
    if (folders.has(folder)) break;
    folders.add(folder);
    found.push(folder);
  }
  return found;
}

/** Takes a name; answers who had it before. */
function claim(seen: Map<string, string>, path: string): string | undefined {
  const folded = foldCase(path);
  const other = seen.get(folded);
  seen.set(folded, path);
  return other;
}
