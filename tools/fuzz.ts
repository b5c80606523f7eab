/**
 * Feeds mutated input to every parser of input that may be hostile.
 *
 *   npm run fuzz -- [--target NAME] [--seconds N] [--seed S]
 *
 * `--seconds` is for each target. What is found is shrunk and kept in `tools/fuzz/corpus`, and every test run tries it
 * again. Exits with 1 when something was found.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { keepFinding } from './fuzz/corpus.ts';
import { type TargetReport, runTarget } from './fuzz/run-target.ts';
import { TARGETS } from './fuzz/targets.ts';

const { values } = parseArgs({
  options: { target: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' } },
});
const names = TARGETS.map(({ name }) => name);
const wanted = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (wanted.length === 0) {
  console.error(`there is no target "${values.target ?? ''}": take one of ${names.join(', ')}`);
  process.exit(2);
}
const seconds = readNumber('seconds', 60);
const seed = readNumber('seed', Date.now() & 0x7fff_ffff);

console.log(`seed ${seed}, ${seconds} s for each of ${wanted.length} targets`);
let findings = 0;
for (const target of wanted) {
  const options = { seed, maxInputs: Infinity, maxMs: seconds * 1_000, judgesTime: true };
  const report = await runTarget(target, options);
  findings += report.findings.length;
  print(report);
}
console.log(
  findings === 0 ? 'nothing found' : `${findings} findings: the inputs are kept in tools/fuzz/corpus`,
);
if (findings > 0) process.exitCode = 1;

function readNumber(name: 'seconds' | 'seed', defaultValue: number): number {
  const number = values[name] === undefined ? defaultValue : Number(values[name]);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`--${name} is a whole number, not "${values[name] ?? ''}"`);
  process.exit(2);
}

function print({ name, executions, accepted, slowestCpuMs, elapsedMs, findings: found }: TargetReport): void {
  const rate = ((executions / elapsedMs) * 1_000).toFixed(0);
  const share = ((100 * accepted) / executions).toFixed(0);
  console.log(
    `${name}: ${executions} executions, ${rate}/s, ${share} % accepted, slowest ${slowestCpuMs.toFixed(1)} ms of CPU time`,
  );
  for (const { input, problem, seed: madeBy } of found) {
    const file = madeBy === undefined ? 'already in the corpus' : keepFinding(name, input);
    console.log(
      `  FOUND with ${madeBy === undefined ? 'the corpus' : `--seed ${madeBy}`}, ${input.length} bytes (${file})`,
    );
    console.log(`  ${problem.replaceAll('\n', '\n  ')}`);
  }
}
