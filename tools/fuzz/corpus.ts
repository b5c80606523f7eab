import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An input that is kept: a valid sample, or one that once broke something (`found-…`). */
export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
}

const CORPUS = join(import.meta.dirname, 'corpus');

/** The kept inputs of a target, by name. @throws when there are none: nothing would be mutated */
export function readCorpus(target: string): readonly Sample[] {
  const folder = join(CORPUS, target);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  if (names.length === 0)
    throw new Error(`the corpus of "${target}" is empty: add samples to ${folder}, see make-samples.ts`);
  return names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

/** Keeps an input; answers its file. */
export function keepSample(target: string, name: string, bytes: Uint8Array | string): string {
  const folder = join(CORPUS, target);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

/** Keeps an input that broke something; answers its file. */
export function keepFinding(target: string, bytes: Uint8Array): string {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return keepSample(target, `found-${digest}`, bytes);
}
