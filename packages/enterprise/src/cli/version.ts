import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** This package's version. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const file = findPackageJSON(import.meta.url);
  if (file === undefined) throw new Error('the package of this program is not complete: install it anew');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
