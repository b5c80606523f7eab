/**
 * The host's end of one sandbox: its calls, their limits, the host functions, the events.
 *
 * The guest is the adversary. Whatever it sends is checked before it is read; the first message that an
 * honest guest would not send ends it. All limits are kept here or below, never by the guest.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  type EnforcementReport,
  type HostFunctions,
  type InvokeOptions,
  type RemoteErrorData,
  type ResourceUsage,
  type SandboxContext,
  SandboxError,
  type SandboxEvents,
  SandboxResourceError,
  SandboxTimeoutError,
  type SecurityPolicy,
  type Unsubscribe,
} from '@truthound/protocols';
import { ChannelCapacityError, Connection } from '../channel/connection.ts';
import { MalformedMessageError, decodeValue } from '../channel/decode-value.ts';
import { encodeValue } from '../channel/encode-value.ts';
import type { Frame } from '../channel/frames.ts';
import {
  type CallTarget,
  PROTOCOL_VERSION,
  type PluginEntryPoint,
  parseGuestMessage,
  readGuestText,
  readRemoteError,
} from '../channel/messages.ts';
import { StreamTable } from '../channel/streams.ts';
import { describeError } from '../guest/describe-error.ts';
import { rebuildError } from '../guest/guest-channel.ts';
import type { GuestPlan, StepReport } from '../guest/guest-plan.ts';
import { describeTarget } from './call-target.ts';
import { classifyError } from './classify-error.ts';
import { EventHub } from './event-hub.ts';
import { createExitError } from './exit-error.ts';
import type { GuestLink } from './guest-link.ts';
import { joinStacks } from './join-stacks.ts';
import { UsageMeter } from './usage-meter.ts';

/** What a session is made of. */
export interface SessionOptions {
  readonly pluginId: string;
  readonly policy: SecurityPolicy;
  readonly link: GuestLink;
  readonly plan: GuestPlan;
  readonly host: HostFunctions;
  /** False while a debugger is attached: a person reading code is slow. */
  readonly hasTimeLimits: boolean;
  /** How long the guest may take to lock down, before any plugin code runs. */
  readonly startupTimeoutMs: number;
  /** Makes the report of what the guest confirmed. Throws where the policy asks for more. */
  readonly createReport: (steps: readonly StepReport[]) => EnforcementReport;
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  readonly timer: NodeJS.Timeout | undefined;
  readonly onProgress: ((value: unknown) => void) | undefined;
}

/** What the guest threw, before the host has made an error of it. */
class RemoteFailure {
  readonly raw: unknown;

  constructor(raw: unknown) {
    this.raw = raw;
  }
}

interface Waiter<Value> {
  resolve(value: Value): void;
  reject(reason: unknown): void;
}

const MAX_CALLS_IN_FLIGHT = 10_000;
const MAX_HOST_CALLS_IN_FLIGHT = 1000;
/** A guest may send this much in one message, beyond what its memory could ever hold. */
const MESSAGE_HEADROOM_BYTES = 1024 * 1024;
/** Longest delay that a timer takes; longer limits count as none. */
const MAX_TIMER_MS = 2_147_483_647;

export class SandboxSession implements SandboxContext {
  readonly pluginId: string;
  readonly sandboxId: string = randomBytes(16).toString('hex');
  readonly policy: SecurityPolicy;
  readonly createdAt: Date = new Date();

  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #streams: StreamTable;
  readonly #events = new EventHub<SandboxEvents>();
  readonly #meter = new UsageMeter();
  readonly #calls = new Map<number, PendingCall>();
  readonly #abandoned = new Set<number>();
  readonly #ended: Promise<void>;
  #hostCallsInFlight = 0;
  /** Starts anywhere, so that a guest cannot guess the ids of calls that were not yet made. */
  #nextCallId = randomBytes(4).readUInt32LE();
  #hello: Waiter<void> | undefined;
  #ready: Waiter<readonly StepReport[]> | undefined;
  #loaded: Waiter<readonly string[]> | undefined;
  #enforcement: EnforcementReport | undefined;
  #exports: readonly string[] = [];
  #isAlive = true;
  /** Why the host ended the guest, where it did. */
  #endReason: SandboxError | undefined;
  #endedByRequest = false;

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.pluginId = options.pluginId;
    this.policy = options.policy;
    const maxMessageBytes =
      Math.min(options.policy.resourceLimits.maxMemoryMb, 256) * 1024 * 1024 + MESSAGE_HEADROOM_BYTES;
    this.#streams = new StreamTable({
      send: (message) => {
        this.#connection.send(message);
      },
      sendItem: (streamId, value) => {
        this.#sendValue(['item', streamId], value, 'item');
      },
      describeError,
      makeError: rebuildError,
    });
    this.#connection = new Connection(
      options.link.socket,
      {
        onFrame: (frame) => {
          this.#receive(frame);
        },
        onFault: (error) => {
          this.#endByFault(error);
        },
        onClose: () => undefined,
      },
      { maxMessageBytes },
    );
    options.link.onOutput((level, text) => {
      this.#events.emit('log', { level, text: readGuestText(text), at: new Date() });
    });
    this.#ended = options.link.exited.then((exit) => {
      this.#finish(exit.exitCode, exit.signal);
    });
  }

  /**
   * Waits until the guest has locked itself down and reported.
   * @throws SandboxError; the guest is then gone.
   */
  static async start(options: SessionOptions, signal?: AbortSignal): Promise<SandboxSession> {
    const session = new SandboxSession(options);
    try {
      await session.#within(options.startupTimeoutMs, 'startup', signal, async () => {
        await new Promise<void>((resolve, reject) => {
          session.#hello = { resolve, reject };
        });
        session.#connection.send(['setup', { pluginId: options.pluginId, plan: options.plan }]);
        const steps = await new Promise<readonly StepReport[]>((resolve, reject) => {
          session.#ready = { resolve, reject };
        });
        session.#enforcement = options.createReport(steps);
      });
      return session;
    } catch (error) {
      await session.terminate();
      throw error;
    }
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get enforcement(): EnforcementReport {
    if (this.#enforcement === undefined)
      throw new SandboxError(`the sandbox of "${this.pluginId}" has not started`, this.#facts());
    return this.#enforcement;
  }

  get exports(): readonly string[] {
    return this.#exports;
  }

  get callsInFlight(): number {
    return this.#calls.size;
  }

  /** Loads the plugin, within the policy's time limit. @throws SandboxError, PluginExecutionError */
  async load(entry: PluginEntryPoint, signal?: AbortSignal): Promise<void> {
    const limitMs = this.policy.resourceLimits.maxExecutionTimeSec * 1000;
    try {
      this.#exports = await this.#within(limitMs, 'resourceLimits.maxExecutionTimeSec', signal, () => {
        this.#connection.send(['load', entry]);
        return new Promise<readonly string[]>((resolve, reject) => {
          this.#loaded = { resolve, reject };
        });
      });
    } catch (error) {
      throw this.#toError(error, 'its entry module');
    }
  }

  /** Makes a call. */
  async invoke(target: CallTarget, args: readonly unknown[], options: InvokeOptions = {}): Promise<unknown> {
    const { signal, timeoutSec } = options;
    signal?.throwIfAborted();
    this.#assertCanCall();
    const id = this.#nextCallId;
    this.#nextCallId += 1;
    this.#meter.callStarted();
    let failed = true;
    const onAbort =
      signal &&
      ((): void => {
        this.#abandon(id, signal.reason);
      });
    try {
      const result = await new Promise<unknown>((resolve, reject) => {
        this.#calls.set(id, {
          resolve,
          reject,
          timer: this.#startTimer(timeoutSec),
          onProgress: options.onProgress,
        });
        if (onAbort !== undefined) signal?.addEventListener('abort', onAbort, { once: true });
        try {
          const { json, isTagged, parts } = encodeValue(args, {
            path: 'args',
            openStream: (source) => this.#streams.open(source),
          });
          this.#connection.send(['call', id, target, json, isTagged], parts);
        } catch (error) {
          this.#takeCall(id);
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      failed = false;
      return result;
    } catch (error) {
      throw this.#toError(error, describeTarget(target));
    } finally {
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
      this.#meter.callEnded(failed);
    }
  }

  on<Name extends keyof SandboxEvents>(
    event: Name,
    handler: (event: SandboxEvents[Name]) => void,
  ): Unsubscribe {
    return this.#events.on(event, handler);
  }

  async resourceUsage(): Promise<ResourceUsage> {
    if (this.#isAlive) this.#meter.measured(await this.#options.link.measure());
    return this.#meter.read();
  }

  /** Ends the guest at once. Calls in flight reject. Resolves when everything it started is gone. */
  async terminate(reason?: SandboxError): Promise<void> {
    if (this.#isAlive && this.#endReason === undefined) {
      this.#endReason =
        reason ?? new SandboxError(`the sandbox of plugin "${this.pluginId}" was terminated`, this.#facts());
      this.#endedByRequest = reason === undefined;
      this.#options.link.kill();
    }
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }

  #facts(): { readonly pluginId: string; readonly sandboxId: string } {
    return { pluginId: this.pluginId, sandboxId: this.sandboxId };
  }

  #assertCanCall(): void {
    if (!this.#isAlive || this.#endReason !== undefined) {
      const why = this.#endReason === undefined ? '' : `: ${this.#endReason.message}`;
      throw new SandboxError(
        `the sandbox of plugin "${this.pluginId}" has ended and takes no more calls${why}`,
        this.#facts(),
        { cause: this.#endReason },
      );
    }
    if (this.#calls.size >= MAX_CALLS_IN_FLIGHT) {
      throw new SandboxResourceError({
        ...this.#facts(),
        resourceType: 'calls',
        limit: MAX_CALLS_IN_FLIGHT,
        actual: this.#calls.size + 1,
      });
    }
  }

  /** The limit is the limit: when it is over the guest is killed, and with it every other call. */
  #startTimer(timeoutSec: number | undefined): NodeJS.Timeout | undefined {
    const limitSec = Math.min(timeoutSec ?? Infinity, this.policy.resourceLimits.maxExecutionTimeSec);
    if (!this.#options.hasTimeLimits || limitSec * 1000 > MAX_TIMER_MS) return undefined;
    const startedAt = performance.now();
    return setTimeout(() => {
      const executionTime = (performance.now() - startedAt) / 1000;
      void this.terminate(
        new SandboxTimeoutError({ ...this.#facts(), timeoutSeconds: limitSec, executionTime }),
      );
    }, limitSec * 1000);
  }

  /** Runs a step of the start under a limit; past it, or when `signal` aborts, the guest is killed. */
  async #within<Value>(
    limitMs: number,
    option: string,
    signal: AbortSignal | undefined,
    step: () => Promise<Value>,
  ): Promise<Value> {
    signal?.throwIfAborted();
    const startedAt = performance.now();
    const isLimited = this.#options.hasTimeLimits && limitMs <= MAX_TIMER_MS;
    const timer = isLimited
      ? setTimeout(() => {
          const executionTime = (performance.now() - startedAt) / 1000;
          void this.terminate(
            new SandboxTimeoutError({
              ...this.#facts(),
              timeoutSeconds: limitMs / 1000,
              executionTime,
              option,
            }),
          );
        }, limitMs)
      : undefined;
    const onAbort = (): void => void this.terminate();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await step();
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** The caller gave a call up. Its answer may still come, and its time still runs: the guest works on it. */
  #abandon(id: number, reason: unknown): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    this.#abandoned.add(id);
    this.#abandonedTimers.set(id, call.timer);
    this.#connection.send(['abort', id]);
    call.reject(reason);
  }

  readonly #abandonedTimers = new Map<number, NodeJS.Timeout | undefined>();

  /** The call of an answer that came; `undefined` for one given up. @throws MalformedMessageError for any other id */
  #takeCall(id: number): PendingCall | undefined {
    const call = this.#calls.get(id);
    if (call !== undefined) {
      this.#calls.delete(id);
      clearTimeout(call.timer);
      return call;
    }
    if (!this.#abandoned.delete(id))
      throw new MalformedMessageError('an answer came to a call that was not made');
    clearTimeout(this.#abandonedTimers.get(id));
    this.#abandonedTimers.delete(id);
    return undefined;
  }

  #receive({ message, parts }: Frame): void {
    const known = parseGuestMessage(message);
    const decode = (json: unknown, isTagged: boolean): unknown =>
      decodeValue(json, { isTagged, parts, openStream: (id) => this.#streams.accept(id) });
    switch (known[0]) {
      case 'hello':
        this.#receiveHello(known[1]);
        return;
      case 'ready':
        take(this.#ready, 'ready').resolve(known[1].map(readStep));
        this.#ready = undefined;
        return;
      case 'loaded':
        take(this.#loaded, 'loaded').resolve(Object.freeze(known[1].map((name) => readGuestText(name, 500))));
        this.#loaded = undefined;
        return;
      case 'load-failed':
        take(this.#loaded, 'load-failed').reject(new RemoteFailure(known[1]));
        this.#loaded = undefined;
        return;
      case 'result': {
        const value = decode(known[2], known[3]);
        this.#takeCall(known[1])?.resolve(value);
        return;
      }
      case 'error':
        this.#takeCall(known[1])?.reject(new RemoteFailure(known[2]));
        return;
      case 'progress':
        this.#receiveProgress(known[1], decode(known[2], known[3]));
        return;
      case 'host-call':
        void this.#runHostFunction(known[1], known[2], decode(known[3], known[4]));
        return;
      case 'violation':
        this.#meter.violated();
        this.#events.emit('violation', {
          type: known[1],
          action: readGuestText(known[2], 500),
          at: new Date(),
        });
        return;
      default:
        this.#streams.handle(known, decode);
    }
  }

  #receiveHello(version: number): void {
    const waiter = take(this.#hello, 'hello');
    this.#hello = undefined;
    if (version !== PROTOCOL_VERSION)
      throw new MalformedMessageError(`the guest speaks version ${String(version)} of the protocol`);
    waiter.resolve();
  }

  #receiveProgress(id: number, value: unknown): void {
    try {
      this.#calls.get(id)?.onProgress?.(value);
    } catch (error) {
      process.emitWarning(`onProgress threw: ${String(error)}`, 'TruthoundListenerWarning');
    }
  }

  async #runHostFunction(id: number, name: string, args: unknown): Promise<void> {
    try {
      if (this.#hostCallsInFlight >= MAX_HOST_CALLS_IN_FLIGHT)
        throw new RangeError(`more than ${String(MAX_HOST_CALLS_IN_FLIGHT)} calls to the host at a time`);
      this.#hostCallsInFlight += 1;
      try {
        const result = await callHostFunction(this.#options.host, name, args);
        this.#sendValue(['host-result', id], result, `result of ${name}`);
      } finally {
        this.#hostCallsInFlight -= 1;
      }
    } catch (error) {
      if (error instanceof ChannelCapacityError) this.#endByFault(error);
      else this.#connection.send(['host-error', id, withoutHostStack(describeError(error))]);
    }
  }

  #sendValue(head: readonly unknown[], value: unknown, path: string): void {
    const { json, isTagged, parts } = encodeValue(value, {
      path,
      openStream: (source) => this.#streams.open(source),
    });
    this.#connection.send([...head, json, isTagged], parts);
  }

  #endByFault(fault: Error): void {
    this.#meter.violated();
    this.#events.emit('violation', { type: 'protocol', action: fault.message, at: new Date() });
    const reason =
      fault instanceof ChannelCapacityError || fault.message.includes('larger than')
        ? new SandboxResourceError(
            { ...this.#facts(), resourceType: 'message', limit: this.#messageLimit(fault), actual: NaN },
            { cause: fault },
          )
        : new SandboxError(
            `the guest of plugin "${this.pluginId}" sent what no honest guest sends (${fault.message}) and was ended`,
            this.#facts(),
            { cause: fault },
          );
    void this.terminate(reason);
  }

  #messageLimit(fault: Error): number {
    return fault instanceof ChannelCapacityError
      ? fault.limit
      : Math.min(this.policy.resourceLimits.maxMemoryMb, 256) * 1024 * 1024;
  }

  /** The guest is gone: everything that waits for it gets to know why. */
  #finish(exitCode: number | undefined, signal: string | undefined): void {
    this.#isAlive = false;
    const { memoryMb } = this.#meter.read();
    const error =
      this.#endReason ??
      createExitError(
        { exitCode, signal },
        {
          ...this.#facts(),
          maxMemoryMb: this.policy.resourceLimits.maxMemoryMb,
          memoryMb,
          stderr: readGuestText(this.#options.link.lastStderr()),
        },
      );
    this.#endReason ??= error;
    this.#connection.close();
    for (const call of this.#calls.values()) {
      clearTimeout(call.timer);
      call.reject(error);
    }
    this.#calls.clear();
    for (const timer of this.#abandonedTimers.values()) clearTimeout(timer);
    this.#abandonedTimers.clear();
    this.#abandoned.clear();
    for (const waiter of [this.#hello, this.#ready, this.#loaded]) waiter?.reject(error);
    this.#streams.closeAll(error);
    this.#events.emit('exit', {
      exitCode,
      signal,
      error: this.#endedByRequest ? undefined : error,
      at: new Date(),
    });
  }

  /** Makes the caller's error, inside the caller's own async stack. */
  #toError(error: unknown, call: string): unknown {
    if (!(error instanceof RemoteFailure)) return error;
    const classified = classifyError(error.raw, {
      ...this.#facts(),
      policy: this.policy,
      call,
      hasModuleViolation: this.#meter.violations > 0,
    });
    joinStacks(classified, readRemoteError(error.raw).stack);
    return classified;
  }
}

function take<Value>(waiter: Waiter<Value> | undefined, message: string): Waiter<Value> {
  if (waiter === undefined)
    throw new MalformedMessageError(`a "${message}" message came where none was asked for`);
  return waiter;
}

function readStep(raw: StepReport): StepReport {
  return {
    step: readGuestText(raw.step, 100),
    ok: (raw.ok as unknown) === true,
    detail: readGuestText(raw.detail, 1000),
  };
}

async function callHostFunction(host: HostFunctions, name: string, args: unknown): Promise<unknown> {
  const hostFunction = Object.hasOwn(host, name) ? host[name] : undefined;
  if (hostFunction === undefined) throw new ReferenceError(`the host gives no function "${name}"`);
  if (!Array.isArray(args)) throw new TypeError(`the arguments of "${name}" are not a list`);
  return (hostFunction as (...all: readonly unknown[]) => unknown)(...(args as readonly unknown[]));
}

/** A plugin learns what failed in the host, not where the host's code lies. */
function withoutHostStack({ name, message, code }: RemoteErrorData): RemoteErrorData {
  return code === undefined ? { name, message } : { name, message, code };
}
