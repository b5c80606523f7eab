import { Option } from 'commander';
import { resolve } from 'node:path';
import { type DependencyGraph, DependencyResolver } from '@truthound/dependencies';
import { EnterprisePluginManager } from '../../enterprise-plugin-manager.ts';
import { CliError } from '../cli-error.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { type DiscoveryOptions, discoveryOptions, toDiscoveryConfig } from '../manager-options.ts';
import { writeOutput } from '../write-output.ts';

const RENDERERS = {
  mermaid: (graph: DependencyGraph) => graph.toMermaid(),
  dot: (graph: DependencyGraph) => graph.toDot(),
  svg: (graph: DependencyGraph) => graph.toSvg(),
} as const;

type GraphFormat = keyof typeof RENDERERS;

interface GraphOptions extends DiscoveryOptions {
  readonly format: GraphFormat;
  readonly out?: string;
}

/** Draws who depends on whom. */
export const graphCommand: CommandBuilder = defineCommand<[], GraphOptions>({
  syntax: 'graph',
  summary: 'draw which plugin depends on which',
  description: 'Runs no plugin code. What is missing, in conflict or circular is told on standard error.',
  examples: [
    ['truthound graph', 'as Mermaid, for a Markdown file'],
    ['truthound graph --svg --out graph.svg', 'as a picture'],
  ],
  options: [
    ...discoveryOptions(),
    new Option('--format <format>', 'what to draw').choices(Object.keys(RENDERERS)).default('mermaid'),
    new Option('--svg', 'the same as --format svg').implies({ format: 'svg' }),
    new Option('--out <file>', 'write to a file instead of standard output'),
  ],
  async run(_args, { format, out, ...options }, { terminal }) {
    await using manager = new EnterprisePluginManager(toDiscoveryConfig(options));
    const plugins = await manager.discoverPlugins();
    for (const { path, error } of manager.discoveryProblems)
      terminal.note(`left out: ${path}: ${error.message}`, 'yellow');
    if (plugins.length === 0)
      throw new CliError('there are no plugins to draw: say where to look with --plugins <folder>');
    const result = new DependencyResolver({ strict: false }).resolve(plugins);
    const text = RENDERERS[format](result.graph);
    if (out !== undefined) await writeOutput(resolve(out), text);
    return {
      lines: out === undefined ? [text.trimEnd()] : [`wrote ${resolve(out)}`],
      data: { format, plugins: plugins.map(({ id }) => id), file: out && resolve(out), text },
      exitCode: ExitCode.done,
    };
  },
});
