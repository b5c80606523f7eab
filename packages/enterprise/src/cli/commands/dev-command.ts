import { once } from 'node:events';
import { LifecycleEvent } from '@truthound/protocols';
import { EnterprisePluginManager } from '../../enterprise-plugin-manager.ts';
import { parseCallArguments } from '../call-arguments.ts';
import { type CliContext, type CommandBuilder, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { createLogFunction, followPlugins } from '../follow-plugins.ts';
import {
  type DiscoveryOptions,
  type PolicyOptions,
  discoveryOptions,
  policyOption,
  toRunConfig,
} from '../manager-options.ts';
import { discoverTarget, parseTarget, withTarget } from '../plugin-target.ts';
import { toText } from '../print-result.ts';
import { printable } from '../printable.ts';

type DevEvent = 'loaded' | 'reloaded' | 'not-reloaded' | 'answer' | 'call-failed' | 'stopped';

/** Runs a plugin while its author works on it. */
export const devCommand: CommandBuilder = defineCommand<
  [string, string | undefined, readonly string[]],
  DiscoveryOptions & PolicyOptions
>({
  syntax: 'dev <folder> [export] [args...]',
  summary: 'run a plugin and reload it whenever its files change',
  description:
    'For authors: asks for no signatures, and enforces what this machine can. Calls the export, where one is named, ' +
    'after each load. Ends with Ctrl-C. With --json each event is one line.',
  examples: [
    ['truthound dev .', 'load, reload, show logs and what was denied'],
    ['truthound dev ./my-plugin greet \'{"name":"Ada"}\'', 'and call this after each change'],
  ],
  options: [...discoveryOptions(), policyOption()],
  async run([folder, exportName, texts], options, context) {
    const { terminal, signal, end } = context;
    const args = parseCallArguments(texts);
    const target = parseTarget(folder);
    const config = withTarget(
      toRunConfig({ ...options, unsigned: true, bestEffort: true, lock: 'truthound.lock' }),
      target,
      options.plugins !== undefined,
    );
    terminal.note('note: signatures are not asked for, and what this machine cannot enforce is not enforced');
    await using manager = new EnterprisePluginManager({
      ...config,
      watchForChanges: true,
      // Whoever changes the manifest of his own plugin approves it.
      reload: { approveWiderPermissions: () => true },
      host: { log: createLogFunction(terminal) },
    });
    const { id } = await discoverTarget(manager, target);
    followPlugins(manager, terminal);
    const call = async (): Promise<void> => {
      if (exportName !== undefined) await callOnce(manager, id, exportName, args, context);
    };
    manager.lifecycle.on(LifecycleEvent.ON_RELOAD, (plugin, _event, { metadata }) => {
      if (plugin.id !== id) return;
      const isReloaded = metadata['success'] === true;
      const version = String(metadata[isReloaded ? 'newVersion' : 'previousVersion']);
      if (!isReloaded)
        tell(context, 'not-reloaded', id, `${String(metadata['error'])}\nthe version before serves on`);
      else tell(context, 'reloaded', id, version);
      // Not awaited: the lifecycle waits for its handlers, and the call waits for the lifecycle.
      if (isReloaded) setImmediate(() => void call());
    });
    const handle = await manager.load(id, { signal });
    tell(context, 'loaded', id, `${handle.version}, watching ${handle.info.path}`);
    await call();
    if (!signal.aborted) await once(signal, 'abort');
    tell(context, 'stopped', id, '');
    end(ExitCode.done);
    return undefined;
  },
});

async function callOnce(
  manager: EnterprisePluginManager,
  id: string,
  exportName: string,
  args: readonly unknown[],
  context: CliContext,
): Promise<void> {
  try {
    const result: unknown = await manager.getPlugin(id).invoke(exportName, args, { signal: context.signal });
    tell(context, 'answer', id, result);
  } catch (error) {
    if (!context.signal.aborted) tell(context, 'call-failed', id, (error as Error).message);
  }
}

const STYLES = {
  loaded: 'green',
  reloaded: 'green',
  'not-reloaded': 'red',
  answer: 'cyan',
  'call-failed': 'red',
  stopped: 'dim',
} as const satisfies Record<DevEvent, string>;

function tell({ terminal }: CliContext, event: DevEvent, pluginId: string, detail: unknown): void {
  if (terminal.isJson) terminal.json({ event, pluginId, detail }, 'compact');
  else
    terminal.line(
      `${terminal.style(STYLES[event], event)} ${printable(pluginId)} ${toText(detail)}`.trimEnd(),
    );
}
