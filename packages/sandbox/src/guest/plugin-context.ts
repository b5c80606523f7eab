import type { PluginContext, PluginDependencyHandle } from '@truthound/protocols';
import { append, freeze } from '../channel/primordials.ts';

/** Host function by which a plugin's calls to other plugins reach the host. */
export const CALL_PLUGIN = 'truthound.callPlugin';

/** Calls a function of the host. */
export type CallHost = (name: string, args: readonly unknown[]) => Promise<unknown>;

/** What the host says about the plugin when it activates it. */
export interface ActivationData {
  readonly version?: string;
  /** Ids of the loaded plugins that it depends on. */
  readonly plugins?: readonly string[];
}

/** Functions by their names, each of which calls the host's function of that name. */
export function bindHostFunctions(names: readonly string[], callHost: CallHost): PluginContext['host'] {
  const host = { __proto__: null } as unknown as Record<
    string,
    (...args: readonly unknown[]) => Promise<unknown>
  >;
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] ?? '';
    if (name !== CALL_PLUGIN) host[name] = (...args) => callHost(name, args);
  }
  return freeze(host);
}

/** The context that a plugin's `activate` gets. */
export function createPluginContext(
  pluginId: string,
  data: ActivationData,
  host: PluginContext['host'],
  callHost: CallHost,
): PluginContext {
  const plugins = { __proto__: null } as unknown as Record<string, PluginDependencyHandle>;
  const ids = data.plugins ?? [];
  for (let index = 0; index < ids.length; index += 1) {
    const id = ids[index] ?? '';
    plugins[id] = freeze({
      call: <Result>(exportName: string, ...args: readonly unknown[]): Promise<Result> => {
        const all: unknown[] = [id, exportName];
        for (let position = 0; position < args.length; position += 1) append(all, args[position]);
        return callHost(CALL_PLUGIN, all) as Promise<Result>;
      },
    });
  }
  return freeze({ pluginId, version: data.version ?? '', host, plugins: freeze(plugins) });
}
