import type { PluginContext } from '@truthound/protocols';

type Callable = (...args: readonly unknown[]) => unknown;

export interface FakeContext extends PluginContext {
  /** What was given to the host function `log`. */
  readonly logged: readonly string[];
}

/** A context as the host would give it, whose plugins are modules of this process. */
export function createContext(
  plugins: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
  options: { readonly version?: string } = {},
): FakeContext {
  const logged: string[] = [];
  const handles = Object.entries(plugins).map(([id, exports]) => {
    const call = async (name: string, ...args: readonly unknown[]): Promise<never> => {
      // A copy, because what crosses between plugins is data and never the same object.
      return structuredClone(await (exports[name] as Callable)(...args)) as never;
    };
    return [id, { call }] as const;
  });
  return {
    pluginId: 'under-test',
    version: options.version ?? '1.0.0',
    host: { log: async (message) => void logged.push(String(message)) },
    plugins: Object.fromEntries(handles),
    logged,
  };
}
