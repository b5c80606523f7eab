/**
 * Files for the shared object that makes system calls where Node has no FFI.
 *
 * A guest that may write files can open them itself. One behind `--permission` gets them from the host,
 * as inherited descriptors: those need no permission, and can be loaded by way of /proc/self/fd.
 *
 * @module
 */

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Opens an empty file for reading and writing, from which code may be loaded, and answers its descriptor. */
export type OpenScratchFile = () => number;

/** How many a lockdown uses: two to look around, one to lock down. */
export const SCRATCH_FILES_PER_LOCKDOWN = 3;

/** Where a scratch file lies, and whose it is. */
export interface ScratchFileOptions {
  /** Must not be mounted noexec. @defaultValue the folder for temporary files */
  readonly folder?: string;
  /** The user that the guest will run as, where that is another one. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Opens an empty file without a name, and answers its descriptor, which the caller closes. Nobody else
 * can reach it, and it is gone when it is closed.
 */
export function openScratchFile({ folder = tmpdir(), owner }: ScratchFileOptions = {}): number {
  // Loaded only where it is used: a guest that locks itself down through node:ffi starts without it.
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  const path = join(folder, `truthound-${randomBytes(12).toString('hex')}`);
  const descriptor = fs.openSync(path, 'wx+', 0o600);
  try {
    fs.unlinkSync(path);
    if (owner !== undefined) fs.fchownSync(descriptor, owner.uid, owner.gid);
    return descriptor;
  } catch (error) {
    fs.closeSync(descriptor);
    throw error;
  }
}

/** Hands out descriptors that the host opened, each once. */
export function inheritScratchFiles(descriptors: readonly number[]): OpenScratchFile {
  const left = [...descriptors];
  return () => {
    const descriptor = left.shift();
    if (descriptor === undefined) {
      throw new RangeError(
        `the host passed ${descriptors.length} scratch files; a lockdown uses ${SCRATCH_FILES_PER_LOCKDOWN}`,
      );
    }
    return descriptor;
  };
}
