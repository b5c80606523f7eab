import { isAbsolute, normalize, relative, sep } from 'node:path';
import { type FilePath, filePathToString } from '@truthound/protocols';

/** What a watch passes over: a path and all below it, or a judgement on a path relative to the plugin. */
export type IgnoredPath = FilePath | ((relativePath: string) => boolean);

/** A file, by its place below the watched path and by its place on the disk. */
export interface WatchedFile {
  readonly path: string;
  /** Empty for the watched path itself. */
  readonly relativePath: string;
}

/** What editors leave beside the file they edit, and what version control keeps: never part of a plugin. */
const NEVER_PART_OF_A_PLUGIN =
  /(?:^|[\\/])(?:\.git|4913|\.[^\\/]*\.sw[opx]|[^\\/]*~|\.#[^\\/]*|\.subl[^\\/]*\.tmp)$/;

/** Whether `path` is `folder` or lies below it. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/**
 * Answers whether a file is passed over.
 * @param root the watched path, absolute. Relative entries are meant from there.
 */
export function createIgnoreFilter(
  root: string,
  ignored: readonly IgnoredPath[],
): (file: WatchedFile) => boolean {
  const judges = ignored.filter((each) => typeof each === 'function');
  const folders = ignored.filter((each) => typeof each !== 'function').map((each) => filePathToString(each));
  const outside = folders.filter((folder) => isAbsolute(folder) && !isInside(folder, root));
  // Held as ways from the root, so that they hold as well where the root is reached through a link.
  const inside = folders
    .filter((folder) => !outside.includes(folder))
    .map((folder) => (isAbsolute(folder) ? relative(root, folder) : normalize(folder)));
  return ({ path, relativePath }) =>
    relativePath !== '' &&
    (NEVER_PART_OF_A_PLUGIN.test(relativePath) ||
      inside.some((folder) => isInside(relativePath, folder)) ||
      outside.some((folder) => isInside(path, folder)) ||
      judges.some((isIgnored) => isIgnored(relativePath)));
}
