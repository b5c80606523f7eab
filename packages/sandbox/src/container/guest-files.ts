import { existsSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import type { GuestEntry } from '../guest-entry.ts';

/** What of the host's installation a guest needs: its own code, and the file that says how to read it. */
export function listGuestFiles({ script, folder }: GuestEntry): readonly string[] {
  for (let above = dirname(script); above !== parse(above).root; above = dirname(above)) {
    const packageJson = join(above, 'package.json');
    if (existsSync(packageJson)) return [folder, packageJson];
  }
  return [folder];
}
