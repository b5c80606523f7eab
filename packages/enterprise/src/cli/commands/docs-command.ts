import { Option } from 'commander';
import { resolve } from 'node:path';
import { extractPluginDocs } from '../../documentation/extract-plugin-docs.ts';
import { type DocsFormat, renderPluginDocs } from '../../documentation/render-plugin-docs.ts';
import { EnterprisePluginManager } from '../../enterprise-plugin-manager.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { type DiscoveryOptions, discoveryOptions, toDiscoveryConfig } from '../manager-options.ts';
import { discoverTarget, parseTarget, withTarget } from '../plugin-target.ts';
import { printable } from '../printable.ts';
import { writeOutput } from '../write-output.ts';

/** What people write, and the format they mean. */
const FORMATS: Readonly<Record<string, DocsFormat>> = Object.freeze({
  markdown: 'markdown',
  md: 'markdown',
  html: 'html',
  json: 'json',
});

interface DocsOptions extends DiscoveryOptions {
  readonly format: string;
  readonly out?: string;
}

/** Writes a plugin's documentation. */
export const docsCommand: CommandBuilder = defineCommand<[string | undefined], DocsOptions>({
  syntax: 'docs [plugin]',
  summary: 'write the documentation of a plugin, without running it',
  description:
    'The plugin is an id or a folder, the working folder unless given. What is said comes from its manifest, package.json, ' +
    'README, changelog, types and doc comments. HTML is one file that loads nothing; what authors wrote is escaped.',
  examples: [
    ['truthound docs ./my-plugin --out docs/my-plugin.md', 'as Markdown'],
    ['truthound docs csv-reader --format html --out csv-reader.html', 'as a page, by its id below ./plugins'],
  ],
  options: [
    ...discoveryOptions(),
    new Option('--format <format>', 'how to write it').choices(Object.keys(FORMATS)).default('markdown'),
    new Option('--out <file>', 'write to a file instead of standard output'),
  ],
  async run([name = '.'], { format: asked, out, ...options }, { terminal }) {
    const target = parseTarget(name);
    const config = withTarget(toDiscoveryConfig(options), target, options.plugins !== undefined);
    await using manager = new EnterprisePluginManager(config);
    const { id, version, path } = await discoverTarget(manager, target);
    const format = FORMATS[asked] ?? 'markdown';
    const text = renderPluginDocs(extractPluginDocs(path), format);
    const file = out === undefined ? undefined : resolve(out);
    if (file !== undefined) await writeOutput(file, text);
    // Files and pipes get the text as it is; on a terminal nothing of it moves the cursor.
    const shown = terminal.isInteractive ? printable(text) : text;
    return {
      lines: [file === undefined ? shown.trimEnd() : printable(`wrote ${file}`)],
      data: { id, version, format, file, text },
    };
  },
});
