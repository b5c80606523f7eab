import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A plugin on disk, made for a measurement. */
export interface PluginOnDisk extends Disposable {
  readonly root: string;
  readonly entry: string;
}

/** Some functions, so that a module costs what a small one costs. */
function moduleText(index: number): string {
  const helpers = Array.from(
    { length: 8 },
    (_, n) => `function helper${String(n)}(value) { return value * ${String(n + 1)} + ${String(index)}; }`,
  );
  return `${helpers.join('\n')}\nexport const value${String(index)} = helper0(1) + helper7(2);\n`;
}

/** An ES module package of `files` modules: an entry that imports all the others. */
export function writePlugin(files: number): PluginOnDisk {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'truthound-bench-')));
  mkdirSync(join(root, 'lib'));
  const indexes = Array.from({ length: files - 1 }, (_, index) => index);
  for (const index of indexes) writeFileSync(join(root, 'lib', `m${String(index)}.js`), moduleText(index));
  const imports = indexes.map(
    (index) => `import { value${String(index)} } from './lib/m${String(index)}.js';`,
  );
  const sum = ['0', ...indexes.map((index) => `value${String(index)}`)].join(' + ');
  writeFileSync(
    join(root, 'index.js'),
    `${imports.join('\n')}\nexport const run = (start) => start + ${sum};\n`,
  );
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: 'measured', version: '1.0.0', type: 'module', exports: './index.js' }),
  );
  return {
    root,
    entry: join(root, 'index.js'),
    [Symbol.dispose]: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
