import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FilePath, ValidationError, filePathToString } from '@truthound/protocols';
import { PluginLock } from './plugin-lock.ts';

/** Reads a lock file. @throws ValidationError when it is missing or not valid; every fault is named */
export async function readLock(path: FilePath): Promise<PluginLock> {
  const file = filePathToString(path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = isMissing ? 'does not exist: lock the plugins first' : `cannot be read: ${String(cause)}`;
    throw new ValidationError({ subject: `lock file ${file}`, faults: [{ path: '', problem }] }, { cause });
  }
  try {
    return PluginLock.parse(text);
  } catch (cause) {
    if (!(cause instanceof ValidationError)) throw cause;
    throw new ValidationError({ subject: `lock file ${file}`, faults: cause.faults }, { cause });
  }
}

/** Writes a lock file; a reader sees the old one or the new one. */
export async function writeLock(path: FilePath, lock: PluginLock): Promise<void> {
  const file = filePathToString(path);
  const temporary = join(dirname(file), `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(PluginLock.format(lock));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new Error(`the lock file ${file} cannot be written: ${String(cause)}`, { cause });
  }
}
