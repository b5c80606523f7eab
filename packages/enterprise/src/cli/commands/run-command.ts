import { EnterprisePluginManager } from '../../enterprise-plugin-manager.ts';
import { parseCallArguments } from '../call-arguments.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { createLogFunction, followPlugins } from '../follow-plugins.ts';
import { type RunOptions, listRelaxations, runOptions, toRunConfig } from '../manager-options.ts';
import { discoverTarget, parseTarget, withTarget } from '../plugin-target.ts';
import { printResult } from '../print-result.ts';
import { ExitCode } from '../exit-code.ts';

/** Calls one function of a plugin in its sandbox. */
export const runCommand: CommandBuilder = defineCommand<[string, string, readonly string[]], RunOptions>({
  syntax: 'run <plugin> <export> [args...]',
  summary: 'call a function of a plugin in its sandbox',
  description:
    'The plugin is an id or a folder; what it depends on is loaded first. Arguments are JSON, one value each. ' +
    'Plugins are verified as hosts verify them, unless --unsigned. Their logs go to standard error. ' +
    'An argument that starts with "-" goes after "--".',
  examples: [
    [
      'truthound run ./my-plugin greet \'{"name":"Ada"}\' --store trust.json',
      'a signed plugin, with an object',
    ],
    ['truthound run csv-reader read \'"a,b"\' --unsigned --json', 'by id, with a text, for a program'],
  ],
  options: runOptions(),
  async run([name, exportName, texts], options, context) {
    const { terminal, signal } = context;
    const args = parseCallArguments(texts);
    const target = parseTarget(name);
    const config = withTarget(toRunConfig(options), target, options.plugins !== undefined);
    for (const relaxation of listRelaxations(options)) terminal.note(`note: ${relaxation}`, 'yellow');
    await using manager = new EnterprisePluginManager({
      ...config,
      host: { log: createLogFunction(terminal) },
    });
    const plugin = await discoverTarget(manager, target);
    followPlugins(manager, terminal);
    terminal.progress(`loading ${plugin.id}`);
    await manager.load(plugin.id, { signal });
    terminal.progress(`calling ${exportName}`);
    const result: unknown = await manager.getPlugin(plugin.id).invoke(exportName, args, { signal });
    await printResult(result, terminal, signal);
    context.end(ExitCode.done);
    return undefined;
  },
});
