/**
 * What replacing a running plugin costs, beside importing it again and starting the whole host again.
 * `npm run bench -- hot-reload`; with `ROUNDS=3` in the environment it takes a few rounds only.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, quantile, threeDigits } from '../sandbox/statistics.ts';
import { measureCalls } from './calls-during-reload.ts';
import { measureReloads } from './reload-times.ts';

const rounds = Number(process.env['ROUNDS'] ?? 15);

function line(name: string, times: readonly number[]): void {
  const [low, middle, high] = [0, 0.5, 0.9].map((share) => threeDigits(quantile(times, share)));
  console.log(
    `  ${name.padEnd(52)} ${String(low).padStart(7)} ${String(middle).padStart(7)} ${String(high).padStart(7)}`,
  );
}

function importAgain(fileCount: number): { readonly times: readonly number[]; readonly leakedMb: number } {
  const script = fileURLToPath(new URL('import-again.ts', import.meta.url));
  const flags = ['--expose-gc', '--conditions=@truthound/source'];
  const output = execFileSync(process.execPath, [...flags, script, String(fileCount), String(rounds * 3)], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as { readonly times: readonly number[]; readonly leakedMb: number };
}

console.log(`Node ${process.version}, ${process.platform} ${process.arch}; ms: fastest, median, p90`);
for (const fileCount of [1, 200]) {
  console.log(`\na signed plugin of ${fileCount} module${fileCount === 1 ? '' : 's'} (${rounds} rounds)`);
  const { savedToAnswer, reload, restart } = await measureReloads(fileCount, rounds);
  const again = importAgain(fileCount);
  line('reload: verify, start beside, health, switch, stop', reload);
  line('file saved → new version answers (100 ms are quiet)', savedToAnswer);
  line('the whole host started again → answers', restart);
  line('import(url?v=n), in the host, nothing verified', again.times);
  console.log(`  import(url?v=n) keeps ${again.leakedMb.toFixed(3)} MB of each reload`);
}

const { calm, reloading, calls, reloads } = await measureCalls(Math.max(3, Math.round(rounds / 2)));
const ratios = calm.map(([, p99], index) => (reloading[index]?.[1] ?? Number.NaN) / p99);
console.log(`\ncalls during reloads: ${calls} calls, ${reloads} reloads, windows of 3 s in turn`);
line(
  'p50 without',
  calm.map(([p50]) => p50),
);
line(
  'p50 while reloading',
  reloading.map(([p50]) => p50),
);
line(
  'p99 without',
  calm.map(([, p99]) => p99),
);
line(
  'p99 while reloading',
  reloading.map(([, p99]) => p99),
);
console.log(`  p99 while reloading, times p99 without (median of pairs): ${median(ratios).toFixed(2)}`);
