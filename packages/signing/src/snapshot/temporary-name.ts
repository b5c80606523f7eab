import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** Begins the name of a copy that is being written or deleted. */
export const TEMPORARY_PREFIX = '.tmp-';

/** A new path below `storeDir` that no snapshot has. */
export function temporaryPath(storeDir: string): string {
  return join(storeDir, `${TEMPORARY_PREFIX}${randomBytes(8).toString('hex')}`);
}
