import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import process from 'node:process';

/** Where programs lie on every Linux, whatever PATH says. */
const ALWAYS: readonly string[] = ['/usr/bin', '/bin', '/usr/local/bin'];

/** The path of a program that can be run. Folders of PATH that are not absolute are passed over. */
export function findProgram(name: string, path: string = process.env['PATH'] ?? ''): string | undefined {
  const folders = [...path.split(delimiter).filter(isAbsolute), ...ALWAYS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
