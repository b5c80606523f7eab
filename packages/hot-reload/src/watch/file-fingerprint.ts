import type { Stats } from 'node:fs';

/**
 * What tells one state of a file from another without reading it. The time of the last change of the inode
 * is part of it: programs can set a modification time back, but not that one, so an edit that keeps size and
 * modification time is seen. Access times are not: reading a file must not look like a change.
 */
export function fingerprintOf({ size, mtimeMs, ctimeMs, ino, mode }: Stats): string {
  return `${size}:${mtimeMs}:${ctimeMs}:${ino}:${mode}`;
}
