import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { HostileAct } from './hostile-act.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** The folders of acts, by what is attacked. */
export const GROUPS: readonly string[] = fs
  .readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** The acts' files: `modules/imports-child-process.ts`. */
export function listActs(): readonly string[] {
  return GROUPS.flatMap((group) =>
    fs
      .readdirSync(join(HERE, group))
      .sort()
      .map((file) => `${group}/${file}`),
  );
}

/** Loads an act by its file. */
export async function loadAct(file: string): Promise<HostileAct> {
  const { default: act } = (await import(pathToFileURL(join(HERE, file)).href)) as { default: HostileAct };
  return act;
}
