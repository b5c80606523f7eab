import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManifestError, PluginManifest } from '@truthound/protocols';

/** A manifest larger than this is no manifest. */
const MAX_MANIFEST_BYTES = 1024 * 1024;

function unreadable(file: string, problem: string, cause?: unknown): ManifestError {
  return new ManifestError({ file, faults: [{ path: '', problem }] }, { cause });
}

/** Reads and parses a folder's `package.json`; runs none of its code. @throws ManifestError */
export function readPackageJson(folder: string): unknown {
  const file = join(folder, 'package.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw unreadable(
      file,
      isMissing
        ? 'the folder has no package.json: a plugin is an npm package'
        : `it cannot be read: ${String(cause)}`,
      cause,
    );
  }
  if (text.length > MAX_MANIFEST_BYTES)
    throw unreadable(file, `it is larger than ${String(MAX_MANIFEST_BYTES)} bytes`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, `it is not JSON: ${(cause as Error).message}`, cause);
  }
}

/** Reads a folder's manifest. @throws ManifestError that lists every fault */
export function readManifest(folder: string): PluginManifest {
  return PluginManifest.parse(readPackageJson(folder), join(folder, 'package.json'));
}
