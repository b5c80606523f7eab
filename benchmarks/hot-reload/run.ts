/**
 * What replacing a running plugin costs, beside importing it again and starting the whole host again:
 * `npm run bench -- hot-reload`
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Comparison, Figure } from '../harness/figures.ts';
import { runSuite } from '../harness/run-suite.ts';
import { measureCalls } from './calls-during-reload.ts';
import { measureReloads } from './reload-times.ts';

const IMPORT_SCRIPT = fileURLToPath(new URL('import-again.ts', import.meta.url));

function importAgain(
  fileCount: number,
  rounds: number,
): { readonly times: readonly number[]; readonly leakedMb: number } {
  const args = ['--expose-gc', ...process.execArgv, IMPORT_SCRIPT, String(fileCount), String(rounds)];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
  return JSON.parse(output) as { readonly times: readonly number[]; readonly leakedMb: number };
}

await runSuite(async ({ rounds }) => {
  const comparisons: Comparison[] = [];
  const figures: Figure[] = [];
  for (const fileCount of [1, 200]) {
    const again = importAgain(fileCount, rounds(9) * 3);
    comparisons.push(await measureReloads(fileCount, rounds(9), again.times));
    figures.push({
      what: `kept in memory of each import(url?v=n), ${fileCount === 1 ? '1 module' : `${String(fileCount)} modules`}`,
      value: again.leakedMb,
      unit: 'MB',
    });
  }
  comparisons.push(...(await measureCalls(rounds(5))));
  return {
    title: 'What replacing a running plugin costs',
    method:
      'The plugin is signed and runs in a process of its own under the rules of STANDARD; only `import(url?v=n)` verifies and confines nothing, in a process of its own that does nothing else.',
    comparisons,
    figures,
  };
});
