/** Runs the calls that the host sends, and the calls that the plugin makes to the host. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallMessage, CallTarget, PluginEntryPoint } from '../channel/messages.ts';
import { hasOwn } from '../channel/primordials.ts';
import { compileFunction } from './compile-function.ts';
import { describeError } from './describe-error.ts';
import { type GuestChannel, rebuildError } from './guest-channel.ts';
import { bindHostFunctions, createPluginContext } from './plugin-context.ts';

type Callable = (...args: readonly unknown[]) => unknown;
type Namespace = Readonly<Record<string, unknown>>;

/** A call that runs. Its signal is made when somebody asks for it: most calls never do. */
class RunningCall {
  readonly id: number;
  #abort: AbortController | undefined;

  constructor(id: number) {
    this.id = id;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  abort(): void {
    this.#abort ??= new AbortController();
    this.#abort.abort();
  }
}

interface HostCall {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

/** What a sandboxed function finds as `globalThis.truthound`. */
export interface GuestGlobal {
  readonly host: ReturnType<typeof bindHostFunctions>;
  /** Reports progress of the running call. */
  progress(value: unknown): void;
  /** Aborted when the caller gave the running call up. */
  readonly signal: AbortSignal | undefined;
}

export class CallRunner {
  readonly #channel: GuestChannel;
  readonly #pluginId: string;
  readonly #current = new AsyncLocalStorage<RunningCall>();
  readonly #running = new Map<number, RunningCall>();
  readonly #hostCalls = new Map<number, HostCall>();
  readonly #functions = new Map<string, Callable>();
  readonly #host: ReturnType<typeof bindHostFunctions>;
  #plugin: Namespace | undefined;
  #nextHostCall = 1;

  constructor(channel: GuestChannel, pluginId: string, hostFunctions: readonly string[]) {
    this.#channel = channel;
    this.#pluginId = pluginId;
    this.#host = bindHostFunctions(hostFunctions, (name, args) => this.#callHost(name, args));
  }

  /** What sandboxed functions, which get no context, can use. */
  createGlobal(): GuestGlobal {
    const current = this.#current;
    const progress = (value: unknown): void => {
      const call = current.getStore();
      if (call !== undefined && this.#running.has(call.id))
        this.#channel.sendValue(['progress', call.id], value, 'progress');
    };
    return Object.freeze({
      host: this.#host,
      progress,
      get signal(): AbortSignal | undefined {
        return current.getStore()?.signal;
      },
    });
  }

  /** Imports the plugin's entry and answers the names of what it exports. */
  async load(entry: PluginEntryPoint): Promise<readonly string[]> {
    this.#plugin = await importNamespace(entry.entryUrl);
    return Object.keys(this.#plugin).filter((name) => typeof this.#plugin?.[name] === 'function');
  }

  handle(message: CallMessage, decode: (json: unknown, isTagged: boolean) => unknown): void {
    switch (message[0]) {
      case 'call':
        void this.#run(message[1], message[2], () => decode(message[3], message[4]) as readonly unknown[]);
        return;
      case 'abort':
        this.#running.get(message[1])?.abort();
        return;
      case 'host-result':
        this.#settle(message[1])?.resolve(decode(message[2], message[3]));
        return;
      case 'host-error':
        this.#settle(message[1])?.reject(rebuildError(message[2]));
    }
  }

  async #run(id: number, target: CallTarget, decodeArgs: () => readonly unknown[]): Promise<void> {
    const call = new RunningCall(id);
    this.#running.set(id, call);
    try {
      const args = decodeArgs();
      const result = await this.#current.run(call, async () => {
        const callable = await this.#resolve(target);
        return target.type === 'plugin' && target.exportName === 'activate'
          ? this.#activate(callable, args)
          : callable(...args);
      });
      this.#channel.sendValue(['result', id], result, 'result');
    } catch (error) {
      this.#channel.send(['error', id, explain(describeError(error), target)]);
    } finally {
      this.#running.delete(id);
    }
  }

  #activate(activate: Callable, [data, options]: readonly unknown[]): unknown {
    const context = createPluginContext(this.#pluginId, data ?? {}, this.#host, (name, args) =>
      this.#callHost(name, args),
    );
    return activate(context, options ?? {});
  }

  async #resolve(target: CallTarget): Promise<Callable> {
    if (target.type === 'function') return this.#compile(target.text);
    if (target.type === 'module')
      return exportOf(await importNamespace(target.url), target.exportName, target.url);
    if (this.#plugin === undefined)
      throw new Error('this sandbox has no plugin: createSandbox was called without one');
    return exportOf(this.#plugin, target.exportName, `plugin "${this.#pluginId}"`);
  }

  #compile(text: string): Callable {
    const known = this.#functions.get(text);
    if (known !== undefined) return known;
    const compiled = compileFunction(text);
    if (this.#functions.size < 1000) this.#functions.set(text, compiled);
    return compiled;
  }

  #callHost(name: string, args: readonly unknown[]): Promise<unknown> {
    const id = this.#nextHostCall;
    this.#nextHostCall += 1;
    return new Promise((resolve, reject) => {
      this.#hostCalls.set(id, { resolve, reject });
      try {
        this.#channel.sendValue(['host-call', id, name], args, 'argument');
      } catch (error) {
        this.#hostCalls.delete(id);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what was thrown is what the plugin gets
        reject(error);
      }
    });
  }

  #settle(id: number): HostCall | undefined {
    const call = this.#hostCalls.get(id);
    this.#hostCalls.delete(id);
    return call;
  }
}

/**
 * Imports a module by way of a small one that holds its namespace. `import()` alone would take a
 * namespace that exports `then` for a promise, and wait for ever.
 */
async function importNamespace(url: string): Promise<Namespace> {
  const source = `import * as namespace from ${JSON.stringify(url)}; export const holder = { namespace };`;
  const wrapper = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
    readonly holder: { readonly namespace: Namespace };
  };
  return wrapper.holder.namespace;
}

function exportOf(namespace: Namespace, name: string, of: string): Callable {
  const value = hasOwn(namespace, name) ? namespace[name] : ownMember(namespace, name);
  if (typeof value === 'function') return value as Callable;
  const offered = Object.keys(namespace).filter((key) => typeof namespace[key] === 'function');
  throw new TypeError(`${of} has no function "${name}": it exports ${offered.join(', ') || 'none'}`);
}

/** A CommonJS module's exports that static analysis missed are members of `default`. */
function ownMember(namespace: Namespace, name: string): unknown {
  const fallback = namespace['default'];
  const isContainer = (typeof fallback === 'object' && fallback !== null) || typeof fallback === 'function';
  return isContainer && hasOwn(fallback, name) ? (fallback as Namespace)[name] : undefined;
}

/** Says what to do where a function used something from around it, which did not come along. */
function explain(
  error: ReturnType<typeof describeError>,
  target: CallTarget,
): ReturnType<typeof describeError> {
  const missing = /^(\S+) is not defined$/.exec(error.message)?.[1];
  if (target.type !== 'function' || error.name !== 'ReferenceError' || missing === undefined) return error;
  return {
    ...error,
    message:
      `${error.message}: the function uses "${missing}" from around it, and only its own text crosses into the sandbox. ` +
      `Pass "${missing}" as an argument, or put the function into a module and run { module, export }`,
  };
}
