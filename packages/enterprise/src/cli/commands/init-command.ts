import { Option } from 'commander';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { PluginManifest } from '@truthound/protocols';
import { CliError, UsageError } from '../cli-error.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { printable } from '../printable.ts';
import { createScaffold } from '../scaffold/plugin-files.ts';

interface InitOptions {
  readonly dir?: string;
}

/** Makes a new plugin whose tests pass. */
export const initCommand: CommandBuilder = defineCommand<[string], InitOptions>({
  syntax: 'init <name>',
  summary: 'make a new TypeScript plugin',
  description: 'Writes into a new or empty folder only. Its tests pass before anything is installed.',
  examples: [
    ['truthound init my-plugin && cd my-plugin && npm test', 'a plugin in a folder of its name'],
    ['truthound init @acme/csv --dir plugins/csv', 'a scoped name, in another folder'],
  ],
  options: [new Option('--dir <folder>', 'where to make it (default: a folder of its name)')],
  async run([name], { dir }) {
    const faults = PluginManifest.check({ name, version: '0.1.0', truthound: {} });
    if (faults.length > 0)
      throw new UsageError(
        `"${name}" cannot be a plugin's name: it ${faults.map(({ problem }) => problem).join('; ')}`,
      );
    const path = resolve(dir ?? name.slice(name.lastIndexOf('/') + 1));
    await assertEmpty(path);
    const files = createScaffold(name);
    for (const [file, content] of files) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), content, { flag: 'wx' });
    }
    const folder = relative('.', path) || '.';
    return {
      lines: [
        printable(`made ${name} in ${path}:`),
        ...files.map(([file]) => `  ${file}`),
        'next:',
        printable(`  cd ${folder} && npm test`),
        printable(`  truthound check ${folder}`),
      ],
      data: { name, path, files: files.map(([file]) => file) },
    };
  },
});

async function assertEmpty(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const entries = await readdir(path);
  if (entries.length > 0)
    throw new CliError(
      `${path} is not empty: a plugin is made in a new folder. Name another with --dir <folder>`,
    );
}
