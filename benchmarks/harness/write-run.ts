import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { type Run, toPage } from './page.ts';
import { plotSuite } from './plot.ts';

/** Writes the page, its pictures, and the figures for programs; formatted as `npm run format:check` wants them. */
export async function writeRun(run: Run, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const write = async (name: string, text: string): Promise<void> => {
    const filepath = path.join(folder, name);
    const config = await resolveConfig(filepath);
    writeFileSync(filepath, await format(text, { ...config, filepath }));
  };
  await write('README.md', toPage(run));
  await write(
    'results.json',
    JSON.stringify(run, (_, value: unknown) => rounded(value)),
  );
  for (const { name, figures } of run.suites) {
    if (figures.comparisons.length > 0) writeFileSync(path.join(folder, `${name}.svg`), plotSuite(figures));
  }
}

/** More digits than a measurement has would only fill the repository. */
function rounded(value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
