import { EnterprisePluginManager } from '../../enterprise-plugin-manager.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { type DiscoveryOptions, discoveryOptions, toDiscoveryConfig } from '../manager-options.ts';
import { renderTable } from '../table.ts';

/** Lists what is found, and what looks like a plugin and is none. Runs no plugin code. */
export const listCommand: CommandBuilder = defineCommand<[], DiscoveryOptions>({
  syntax: 'list',
  summary: 'list the plugins of one or more folders',
  description: 'Reads manifests and runs no plugin code. Exits with 1 when a folder cannot be used.',
  examples: [
    ['truthound list', 'the plugins below ./plugins'],
    ['truthound list --plugins /srv/plugins --json', 'of another folder, for a program'],
  ],
  options: discoveryOptions(),
  async run(_args, options, { terminal }) {
    await using manager = new EnterprisePluginManager(toDiscoveryConfig(options));
    const found = await manager.discoverPlugins();
    const plugins = found.map(({ id, version, description, path, manifest }) => ({
      id,
      version,
      description,
      path,
      dependencies: Object.keys(manifest.dependencies),
    }));
    const problems = manager.discoveryProblems.map(({ path, error }) => ({
      path,
      faults: error.faults,
      message: error.message,
    }));
    const rows = plugins.map(({ id, version, dependencies, path }) => [
      id,
      version,
      dependencies.join(', ') || '-',
      path,
    ]);
    const table =
      plugins.length === 0 ? ['no plugins'] : renderTable(['ID', 'VERSION', 'NEEDS', 'FOLDER'], rows);
    return {
      lines: [
        ...table,
        ...problems.flatMap(({ path, message }) => [
          '',
          terminal.style('red', `not usable: ${path}\n${message}`),
        ]),
      ],
      data: { plugins, problems },
      exitCode: problems.length === 0 ? ExitCode.done : ExitCode.refused,
    };
  },
});
