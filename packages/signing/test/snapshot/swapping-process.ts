/** Swaps a plugin's files, links and folders for others until it is killed. Started by plugin-snapshot.test.ts. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , folder = '', outside = ''] = process.argv;
const file = join(folder, 'dist', 'file-3.js');
const swaps: readonly (() => void)[] = [
  () => {
    writeFileSync(`${file}.new`, 'evil');
    renameSync(`${file}.new`, file);
  },
  () => {
    rmSync(file, { force: true });
    symlinkSync(outside, file);
  },
  () => {
    rmSync(file, { force: true });
    writeFileSync(file, 'export const n = 3;\n');
  },
  () => {
    renameSync(join(folder, 'dist'), join(folder, '..', 'aside'));
    mkdirSync(join(folder, 'dist'));
    rmSync(join(folder, 'dist'), { recursive: true });
    renameSync(join(folder, '..', 'aside'), join(folder, 'dist'));
  },
];
process.stdout.write('ready\n');
for (let round = 0; ; round += 1) {
  try {
    swaps[round % swaps.length]?.();
  } catch {
    // The reader was in the way: try the next swap.
  }
}
