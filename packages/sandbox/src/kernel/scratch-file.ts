import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Opens an empty file without a name, for reading and writing, and answers its descriptor. Only this
 * process can reach it, and it is gone when it is closed.
 */
export function openScratchFile(folder: string = tmpdir()): number {
  const path = join(folder, `truthound-${randomBytes(12).toString('hex')}`);
  const descriptor = fs.openSync(path, 'wx+', 0o600);
  fs.unlinkSync(path);
  return descriptor;
}
