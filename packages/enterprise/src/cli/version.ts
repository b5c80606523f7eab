import { readFileSync } from 'node:fs';

/** This package's version. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL(import.meta.resolve('@truthound/enterprise/package.json')), 'utf8')) as {
    readonly version: string;
  }
).version;
