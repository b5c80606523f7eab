/**
 * The way without processes: import the entry again under another query. Prints how long each took, and
 * what stays in memory of each, as JSON. `node --expose-gc import-again.ts <files> <rounds>`
 */
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { PluginOnDisk } from './plugin-on-disk.ts';

const [fileCount, rounds] = process.argv.slice(2).map(Number);
if (!fileCount || !rounds) throw new Error('say how many files and rounds');

function heldMb(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

await using plugin = await PluginOnDisk.create(fileCount);
const parts = Array.from({ length: fileCount - 1 }, (_, index) => index + 1);
const times: number[] = [];
let before = Number.NaN;
for (let round = 0; round <= rounds; round += 1) {
  // A query is not handed down: each module must name its parts with it, or the old parts stay.
  const imports = parts.map((part) => `import { part${part} } from './parts/${part}.js?v=${round}';`);
  const sum = parts.map((part) => `part${part}`).join(' + ') || '0';
  await writeFile(
    plugin.entry,
    `${imports.join('\n')}\nexport const sum = () => ${sum};\nexport const version = () => ${round};\n`,
  );
  const start = performance.now();
  const module = (await import(`${pathToFileURL(plugin.entry).href}?v=${round}`)) as {
    version(): number;
  };
  if (module.version() !== round) throw new Error('the old version answered');
  times.push(performance.now() - start);
  if (round === 2) before = heldMb();
}
console.log(JSON.stringify({ times: times.slice(1), leakedMb: (heldMb() - before) / (rounds - 2) }));
