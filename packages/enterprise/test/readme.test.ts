/** The examples of the README, in their order one program, over the plugin that it describes. */
import { spawnSync } from 'node:child_process';
import { readFile, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canRunSources } from './cli/truthound.ts';
import { keepsStandard } from './support/keeps-standard.ts';
import { Workshop } from './support/workshop.ts';

const README = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const isStandardKept = await keepsStandard();

const blocks = (language: string): readonly string[] =>
  README.split(`\n\`\`\`${language}\n`)
    .slice(1)
    .map((rest) => rest.split('\n```')[0] ?? '');

describe('the README', () => {
  it('has its first example before line 25', () => {
    expect(README.slice(0, README.indexOf('\n```ts\n')).split('\n').length).toBeLessThan(25);
  });

  it.runIf(canRunSources && isStandardKept)(
    'runs as written (skipped where Node cannot run the sources, or STANDARD cannot be kept)',
    async () => {
      await using workshop = await Workshop.create();
      const [manifest = ''] = blocks('jsonc');
      const [code = ''] = blocks('js');
      await workshop.write('csv-reader', 'package.json', manifest.replaceAll(/,(?=\s*\})/g, ''));
      await workshop.write('csv-reader', 'index.js', code);
      await workshop.sign('csv-reader');
      await rename(join(workshop.root, 'trust.json'), join(workshop.root, 'trust-store.json'));
      await symlink(
        fileURLToPath(new URL('../../../node_modules', import.meta.url)),
        join(workshop.root, 'node_modules'),
      );
      await writeFile(join(workshop.root, 'package.json'), '{ "type": "module", "private": true }');
      await writeFile(join(workshop.root, 'program.ts'), blocks('ts').join('\n'));
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--conditions=@truthound/source', '--disable-warning=ExperimentalWarning', 'program.ts'],
        {
          cwd: workshop.root,
          encoding: 'utf8',
          env: { PATH: process.env['PATH'], XDG_CACHE_HOME: join(workshop.root, 'cache') },
        },
      );
      expect(stderr).toBe('');
      expect(stdout).toBe("2 rows\n[ [ 'a', 'b' ], [ '1', '2' ] ]\n");
      expect(await readdir(workshop.root)).toContain('truthound.lock');
    },
  );
});
