import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManifestError, PluginManifest, parseJson } from '@truthound/protocols';

/** A manifest larger than this is no manifest. */
const MAX_MANIFEST_BYTES = 1024 * 1024;

/** Windows has no pipes in folders, and no such flag. */
const NON_BLOCKING = (constants as { readonly O_NONBLOCK?: number }).O_NONBLOCK ?? 0;

function unreadable(file: string, problem: string, cause?: unknown): ManifestError {
  return new ManifestError({ file, faults: [{ path: '', problem }] }, { cause });
}

/** Reads and parses a folder's `package.json`; runs none of its code. @throws ManifestError */
export function readPackageJson(folder: string): unknown {
  const file = join(folder, 'package.json');
  let text: string;
  try {
    text = readSmallFile(file);
  } catch (cause) {
    if (cause instanceof ManifestError) throw cause;
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw unreadable(
      file,
      isMissing
        ? 'the folder has no package.json: a plugin is an npm package'
        : `it cannot be read: ${String(cause)}`,
      cause,
    );
  }
  try {
    return parseJson(text);
  } catch (cause) {
    throw unreadable(file, `it is not JSON: ${(cause as Error).message}`, cause);
  }
}

/** Looks before it reads: a pipe that nobody writes into and a device without an end must not keep the host. */
function readSmallFile(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY | NON_BLOCKING);
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw unreadable(file, 'it is not a regular file');
    if (facts.size > MAX_MANIFEST_BYTES)
      throw unreadable(file, `it is larger than ${MAX_MANIFEST_BYTES} bytes`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Reads a folder's manifest. @throws ManifestError that lists every fault */
export function readManifest(folder: string): PluginManifest {
  return PluginManifest.parse(readPackageJson(folder), join(folder, 'package.json'));
}
