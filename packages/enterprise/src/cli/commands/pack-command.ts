import { Option } from 'commander';
import { resolve } from 'node:path';
import { STANDARD } from '@truthound/protocols';
import { checkPlugin } from '../check/check-plugin.ts';
import { CliError } from '../cli-error.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { packPlugin } from '../pack/pack-plugin.ts';
import { printable } from '../printable.ts';

interface PackOptions {
  readonly out: string;
}

/** Makes a folder that can be signed and shipped. */
export const packCommand: CommandBuilder = defineCommand<[string | undefined], PackOptions>({
  syntax: 'pack [folder]',
  summary: 'make a self-contained plugin folder, with its npm dependencies',
  description:
    'Copies what the package ships and every package it needs in production, as real files. Runs none of it.',
  examples: [
    ['truthound pack --out out/my-plugin', 'the plugin in the working folder'],
    ['truthound pack ./my-plugin --out /srv/plugins/my-plugin', 'another one'],
  ],
  options: [new Option('--out <folder>', 'folder to make, new or empty').makeOptionMandatory()],
  async run([folder = '.'], { out }, { terminal, signal }) {
    const source = resolve(folder);
    const before = await checkPlugin(source, STANDARD, signal);
    if (before.manifest === undefined)
      throw new CliError(`${source} is not a plugin that can be packed: "truthound check" says why`);
    const target = resolve(out);
    const packages = await packPlugin({
      source,
      target,
      signal,
      onPackage: (name) => {
        terminal.progress(`packing ${name}`);
      },
    });
    const { fileCount, totalBytes, faults } = await checkPlugin(target, STANDARD, signal);
    const brought = packages.slice(1);
    if (faults.length > 0)
      terminal.note(`the packed plugin has faults: run "truthound check ${out}"`, 'yellow');
    return {
      lines: [
        printable(`packed ${before.manifest.id} ${before.manifest.version} into ${target}`),
        `  ${fileCount} files, ${totalBytes} bytes, ${brought.length} npm packages`,
        ...brought.map(({ name, version, path }) => printable(`    ${name} ${version}  ${path}`)),
      ],
      data: {
        id: before.manifest.id,
        version: before.manifest.version,
        path: target,
        packages,
        fileCount,
        totalBytes,
        faults,
      },
    };
  },
});
