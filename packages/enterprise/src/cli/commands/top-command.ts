import { Option } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { LifecycleState, type ResourceUsage } from '@truthound/protocols';
import { EnterprisePluginManager } from '../../enterprise-plugin-manager.ts';
import { CliError } from '../cli-error.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { followPlugins } from '../follow-plugins.ts';
import { type RunOptions, listRelaxations, runOptions, toRunConfig } from '../manager-options.ts';
import { parseCount, parseSeconds } from '../parse-number.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface TopOptions extends RunOptions {
  readonly interval: number;
  readonly count: number;
}

interface UsageRow {
  readonly id: string;
  readonly state: string;
  /** `undefined` while the plugin has no sandbox. */
  readonly usage: ResourceUsage | undefined;
}

/** Loads plugins and shows what each uses. */
export const topCommand: CommandBuilder = defineCommand<[], TopOptions>({
  syntax: 'top',
  summary: 'load the plugins of a folder and show what each uses, live',
  description:
    'The plugins are loaded by this command and end with it: sandboxes of other hosts cannot be seen from outside. ' +
    'With --json each look is one line.',
  examples: [
    ['truthound top --store trust.json', 'until Ctrl-C'],
    ['truthound top --unsigned --count 1 --json', 'one look, for a program'],
  ],
  options: [
    ...runOptions(),
    new Option('--interval <seconds>', 'time between two looks').argParser(parseSeconds).default(1),
    new Option('--count <looks>', 'end after so many looks')
      .argParser(parseCount)
      .default(Infinity, 'no end'),
  ],
  async run(_args, options, { terminal, signal, end }) {
    for (const relaxation of listRelaxations(options)) terminal.note(`note: ${relaxation}`, 'yellow');
    await using manager = new EnterprisePluginManager(toRunConfig(options));
    followPlugins(manager, terminal);
    await manager.discoverPlugins();
    terminal.progress('loading');
    const { succeeded, failed } = await manager.loadAll({ signal });
    for (const { pluginId, error } of failed)
      terminal.note(`not loaded: ${pluginId}: ${error.message}`, 'red');
    if (succeeded.length === 0)
      throw new CliError(
        'no plugin could be loaded: "truthound list" shows what is found, --plugins where to look',
      );
    for (let look = 1; look <= options.count && !signal.aborted; look += 1) {
      show(await readUsage(manager), terminal);
      if (look < options.count) await pause(options.interval, signal);
    }
    end(failed.length === 0 ? ExitCode.done : ExitCode.refused);
    return undefined;
  },
});

async function readUsage(manager: EnterprisePluginManager): Promise<readonly UsageRow[]> {
  return Promise.all(
    manager.listPlugins().map(async ({ id, state }) => ({
      id,
      state,
      usage: state === LifecycleState.ACTIVE ? await manager.getPlugin(id).usage() : undefined,
    })),
  );
}

const HEADINGS = ['ID', 'STATE', 'MEMORY MB', 'PEAK MB', 'CPU %', 'CPU S', 'CALLS', 'ERRORS', 'DENIED'];

function show(rows: readonly UsageRow[], terminal: Terminal): void {
  if (terminal.isJson) {
    terminal.json({ at: new Date(), plugins: rows }, 'compact');
    return;
  }
  terminal.clearScreen();
  const cells = rows.map(({ id, state, usage }) => [id, state, ...toCells(usage)]);
  for (const line of renderTable(HEADINGS, cells)) terminal.line(line);
}

function toCells(usage: ResourceUsage | undefined): readonly string[] {
  if (usage === undefined) return HEADINGS.slice(2).map(() => '-');
  const { memoryMb, peakMemoryMb, cpuPercent, cpuSeconds, calls, errors, violations } = usage;
  return [memoryMb, peakMemoryMb, cpuPercent, cpuSeconds]
    .map((value) => value.toFixed(1))
    .concat([calls, errors, violations].map(String));
}

async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(seconds * 1000, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
