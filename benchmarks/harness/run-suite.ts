/**
 * How every suite runs: by itself it prints its figures, and for `npm run bench` it also writes them to a file.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { SuiteFigures } from './figures.ts';
import { toText } from './terminal.ts';

/** How thoroughly to measure. */
export interface Effort {
  /** Few rounds and small inputs: whether it works, and roughly what comes out. */
  readonly isQuick: boolean;
  /** So many rounds, or few where it is to be quick. */
  readonly rounds: (full: number) => number;
}

const QUICK_ROUNDS = 3;

/** Measures, prints, and writes JSON where the command line names a file: `node versioning/run.ts --quick --json=out.json`. */
export async function runSuite(measure: (effort: Effort) => Promise<SuiteFigures>): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { quick: { type: 'boolean' }, json: { type: 'string' } },
    allowPositionals: true,
  });
  const isQuick = values.quick === true || positionals.includes('quick');
  const figures = await measure({
    isQuick,
    rounds: (full) => (isQuick ? Math.min(QUICK_ROUNDS, full) : full),
  });
  console.log(toText(figures));
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(figures));
}
