import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

/** A file for a target whose parser reads files. */
export function scratchFile(name: string): string {
  folder ??= mkdtempSync(join(tmpdir(), 'truthound-fuzz-'));
  return join(folder, name);
}

/** Removes what targets wrote; the next one gets a folder anew. */
export function removeScratchFiles(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}
