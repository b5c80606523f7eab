/** Runs the calls that the host sends, and the calls that the plugin makes to the host. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallMessage, PluginEntryPoint, SentTarget } from '../channel/messages.ts';
import { SafeMap, apply, hasOwn, stringIncludes } from '../channel/primordials.ts';
import { compileFunction } from './compile-function.ts';
import { describeError } from './describe-error.ts';
import { type GuestChannel, rebuildError } from './guest-channel.ts';
import { pinMethods } from './pin-methods.ts';
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

/** The text of a function, and the function once it was compiled. */
interface SentFunction {
  readonly text: string;
  /** Whether it may ask which call it runs in, so that this has to be kept. */
  readonly needsContext: boolean;
  compiled: Callable | undefined;
}

/** What a text must hold to reach `truthound`, or code that does. */
const CONTEXT_WORDS = ['truthound', 'import', 'globalThis', 'eval', 'Function', 'constructor', 'require'];

function describeFunction(text: string): SentFunction {
  let needsContext = false;
  for (let index = 0; index < CONTEXT_WORDS.length; index += 1)
    needsContext ||= stringIncludes(text, CONTEXT_WORDS[index] ?? '');
  return { text, needsContext, compiled: undefined };
}

export class CallRunner {
  readonly #channel: GuestChannel;
  readonly #pluginId: string;
  readonly #current = new AsyncLocalStorage<RunningCall>();
  readonly #running = new SafeMap<number, RunningCall>();
  readonly #hostCalls = new SafeMap<number, HostCall>();
  /** Functions that the host calls by id. */
  readonly #functions: SentFunction[] = [];
  readonly #host: ReturnType<typeof bindHostFunctions>;
  #plugin: Namespace | undefined;
  #nextHostCall = 1;

  constructor(channel: GuestChannel, pluginId: string, hostFunctions: readonly string[]) {
    this.#channel = channel;
    this.#pluginId = pluginId;
    pinMethods(this.#current);
    this.#host = bindHostFunctions(hostFunctions, (name, args) => this.#callHost(name, args));
  }

  /** What sandboxed functions, which get no context, can use. */
  createGlobal(): GuestGlobal {
    const currentCall = (): RunningCall | undefined => this.#currentCall();
    const progress = (value: unknown): void => {
      const call = currentCall();
      if (call !== undefined && this.#running.has(call.id))
        this.#channel.sendValue(['progress', call.id], value, 'progress');
    };
    return Object.freeze({
      host: this.#host,
      progress,
      get signal(): AbortSignal | undefined {
        return currentCall()?.signal;
      },
    });
  }

  /** The call that asks; without a context kept, the only one that runs. */
  #currentCall(): RunningCall | undefined {
    const kept = this.#current.getStore();
    if (kept !== undefined || this.#running.size !== 1) return kept;
    let only: RunningCall | undefined;
    this.#running.forEach((call) => {
      only = call;
    });
    return only;
  }

  /** Imports the plugin's entry and answers the names of what it exports. */
  async load(entry: PluginEntryPoint): Promise<readonly string[]> {
    const { namespace } = await importHeld(entry.entryUrl);
    this.#plugin = namespace;
    return Object.keys(namespace).filter((name) => typeof namespace[name] === 'function');
  }

  handle(message: CallMessage, decode: (json: unknown, isTagged: boolean) => unknown): void {
    switch (message[0]) {
      case 'call':
        this.#run(message[1], message[2], message[3], message[4], decode);
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

  /** Runs a call. One that answers at once is answered without a promise. */
  #run(
    id: number,
    target: SentTarget,
    json: unknown,
    isTagged: boolean,
    decode: (json: unknown, isTagged: boolean) => unknown,
  ): void {
    const call = new RunningCall(id);
    this.#running.set(id, call);
    try {
      const args = decode(json, isTagged) as readonly unknown[];
      const sent = this.#findFunction(target);
      if (sent === undefined) {
        void this.#finish(
          call,
          this.#current.run(call, () => this.#runExport(target, args)),
          target,
        );
        return;
      }
      sent.compiled ??= compileFunction(sent.text);
      const { compiled } = sent;
      const result = sent.needsContext
        ? this.#current.run(call, () => apply(compiled, undefined, args))
        : apply(compiled, undefined, args);
      if (mayBeThenable(result)) void this.#finish(call, result, target);
      else {
        this.#channel.sendValue(['result', id], result, 'result');
        this.#running.delete(id);
      }
    } catch (error) {
      this.#fail(id, error, target);
    }
  }

  async #finish(call: RunningCall, result: unknown, target: SentTarget): Promise<void> {
    try {
      this.#channel.sendValue(['result', call.id], await result, 'result');
      this.#running.delete(call.id);
    } catch (error) {
      this.#fail(call.id, error, target);
    }
  }

  #fail(id: number, error: unknown, target: SentTarget): void {
    this.#running.delete(id);
    const isFunction = typeof target === 'number' || target.type === 'function';
    const described = describeError(error);
    this.#channel.send(['error', id, isFunction ? explain(described) : described]);
  }

  /** The function that a call names; `undefined` for an export. */
  #findFunction(target: SentTarget): SentFunction | undefined {
    if (typeof target === 'number') return this.#functions[target];
    if (target.type !== 'function') return undefined;
    const sent = describeFunction(target.text);
    if (target.functionId !== undefined) this.#functions[target.functionId] = sent;
    return sent;
  }

  async #runExport(target: SentTarget, args: readonly unknown[]): Promise<unknown> {
    if (typeof target === 'number' || target.type === 'function')
      throw new Error('the host called a function that it did not send');
    if (target.type === 'module') {
      const { namespace } = await importHeld(target.url);
      // Awaited here: to return a promise from an async function calls its `then`, which may have been replaced.
      return await apply(exportOf(namespace, target.exportName, target.url), undefined, args);
    }
    if (this.#plugin === undefined)
      throw new Error('this sandbox has no plugin: createSandbox was called without one');
    const callable = exportOf(this.#plugin, target.exportName, `plugin "${this.#pluginId}"`);
    return target.exportName === 'activate'
      ? await this.#activate(callable, args)
      : await apply(callable, undefined, args);
  }

  #activate(activate: Callable, [data, options]: readonly unknown[]): unknown {
    const context = createPluginContext(this.#pluginId, data ?? {}, this.#host, (name, args) =>
      this.#callHost(name, args),
    );
    return activate(context, options ?? {});
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

/** A namespace in something that is no promise, whatever the namespace exports. */
interface HeldNamespace {
  readonly namespace: Namespace;
}

/**
 * Imports a module by way of a small one that holds its namespace. Whatever awaits or answers a namespace
 * that exports `then` takes it for a promise, and waits for ever.
 */
async function importHeld(url: string): Promise<HeldNamespace> {
  const source = `import * as namespace from ${JSON.stringify(url)}; export const holder = { namespace };`;
  const wrapper = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
    readonly holder: HeldNamespace;
  };
  return wrapper.holder;
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
function explain(error: ReturnType<typeof describeError>): ReturnType<typeof describeError> {
  const missing = /^(\S+) is not defined$/.exec(error.message)?.[1];
  if (error.name !== 'ReferenceError' || missing === undefined) return error;
  return {
    ...error,
    message:
      `${error.message}: the function uses "${missing}" from around it, and only its own text crosses into the sandbox. ` +
      `Pass "${missing}" as an argument, or put the function into a module and run { module, export }`,
  };
}

/** Whether awaiting a value could give another one. */
function mayBeThenable(value: unknown): boolean {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') && 'then' in value;
}
