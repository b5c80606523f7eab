import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The guest's main script, and the folder that it must be able to read. */
export interface GuestEntry {
  readonly script: string;
  readonly folder: string;
}

/** Names a built guest for a host that runs from its sources. A published package does not look at it. */
const SOURCE_GUEST = 'TRUTHOUND_SOURCE_GUEST';

const HERE = realpathSync(dirname(fileURLToPath(import.meta.url)));

/**
 * Finds the guest: the built bundle beside the built host. For a host that runs from its sources it is the
 * bundle that the tests have built, or else the guest's own sources, which Node runs as they are.
 */
export function findGuestEntry(): GuestEntry {
  if (!import.meta.url.endsWith('.ts')) return bundle(join(HERE, 'guest.cjs'));
  const built = process.env[SOURCE_GUEST];
  return built === undefined ? { script: join(HERE, 'guest', 'main.ts'), folder: HERE } : bundle(built);
}

function bundle(script: string): GuestEntry {
  return { script, folder: script };
}
