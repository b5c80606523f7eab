import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The guest's main script, and the folder that it must be able to read. */
export interface GuestEntry {
  readonly script: string;
  readonly folder: string;
}

/**
 * Finds the guest: the built bundle beside the built host, or its source beside the host's source, which
 * Node runs as it is.
 */
export function findGuestEntry(): GuestEntry {
  const here = realpathSync(dirname(fileURLToPath(import.meta.url)));
  const isSource = import.meta.url.endsWith('.ts');
  return isSource
    ? { script: join(here, 'guest', 'main.ts'), folder: here }
    : { script: join(here, 'guest.js'), folder: join(here, 'guest.js') };
}
