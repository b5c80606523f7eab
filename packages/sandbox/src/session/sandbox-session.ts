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
import { MessageSizeError, guestLimits } from '../channel/message-limits.ts';
import { StreamTable } from '../channel/streams.ts';
import { describeError } from '../guest/describe-error.ts';
import { rebuildError } from '../guest/guest-channel.ts';
import type { GuestPlan, StepReport } from '../guest/guest-plan.ts';
import { describeTarget } from './call-target.ts';
import { classifyError } from './classify-error.ts';
import { EventHub } from './event-hub.ts';
import { createExitError } from './exit-error.ts';
import type { GuestExit, GuestLink } from './guest-link.ts';
import { joinStacks } from './join-stacks.ts';
import { MAX_TIMER_MS, PendingCalls } from './pending-calls.ts';
import { UsageMeter } from './usage-meter.ts';
import { ViolationFeed } from './violation-feed.ts';

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
  /** Makes the report of what the guest confirmed, and what was confirmed of it. Throws where the policy asks for more. */
  readonly createReport: (steps: readonly StepReport[]) => EnforcementReport | Promise<EnforcementReport>;
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
/** Lines of output kept for the first who listens. */
const MAX_UNHEARD_LINES = 100;
/** Functions that the guest keeps, so that their text crosses once. */
const MAX_KNOWN_FUNCTIONS = 1000;

export class SandboxSession implements SandboxContext {
  readonly pluginId: string;
  readonly sandboxId: string = randomBytes(16).toString('hex');
  readonly policy: SecurityPolicy;
  readonly createdAt: Date = new Date();

  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #streams: StreamTable;
  readonly #events = new EventHub<SandboxEvents>();
  readonly #violations = new ViolationFeed((event) => {
    this.#events.emit('violation', event);
  });
  readonly #meter = new UsageMeter();
  readonly #calls = new PendingCalls(({ startedAtMs, limitMs }, nowMs) => {
    const executionTime = (nowMs - startedAtMs) / 1000;
    void this.terminate(
      new SandboxTimeoutError({ ...this.#facts(), timeoutSeconds: limitMs / 1000, executionTime }),
    );
  });
  readonly #functionIds = new Map<string, number>();
  readonly #ended: Promise<void>;
  readonly #openStream = (source: AsyncIterable<unknown>): number => this.#streams.open(source);
  readonly #acceptStream = (id: number): AsyncIterable<unknown> => this.#streams.accept(id);
  #hostCallsInFlight = 0;
  #lastHostCall = -1;
  /** Starts anywhere, so that a guest cannot guess the ids of calls that were not yet made. */
  #nextCallId = randomBytes(4).readUInt32LE();
  #hello: Waiter<void> | undefined;
  #ready: Waiter<readonly StepReport[]> | undefined;
  #loaded: Waiter<readonly string[]> | undefined;
  #enforcement: EnforcementReport | undefined;
  #exports: readonly string[] = [];
  #isAlive = true;
  /** What was written before anybody listened: a debugger's address, what a plugin said while it loaded. */
  #unheardOutput: SandboxEvents['log'][] | undefined = [];
  /** Why the host ended the guest, where it did. */
  #endReason: SandboxError | undefined;
  #endedByRequest = false;

  private constructor(options: SessionOptions) {
    this.#options = options;
    this.pluginId = options.pluginId;
    this.policy = options.policy;
    this.#streams = new StreamTable({
      send: (message) => {
        this.#send(message);
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
      { limits: guestLimits(options.policy.resourceLimits.maxMemoryMb), isGuarded: true },
    );
    options.link.onOutput((level, text) => {
      const event = Object.freeze({ level, text: readGuestText(text), at: new Date() });
      if (this.#unheardOutput === undefined) this.#events.emit('log', event);
      else if (this.#unheardOutput.length < MAX_UNHEARD_LINES) this.#unheardOutput.push(event);
    });
    this.#ended = options.link.exited.then((exit) => {
      this.#finish(exit);
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
        const answers = Promise.all([
          new Promise<void>((resolve, reject) => {
            session.#hello = { resolve, reject };
          }),
          new Promise<readonly StepReport[]>((resolve, reject) => {
            session.#ready = { resolve, reject };
          }),
        ]);
        // It is read once the guest has said hello: to wait for that would only cost a trip.
        session.#connection.send(['setup', { pluginId: options.pluginId, plan: options.plan }]);
        const [, steps] = await answers;
        session.#enforcement = await options.createReport(steps);
        // Whoever gets a session listens for its end, which must then be to come.
        const reason = session.#endReason;
        if (reason !== undefined) throw reason;
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
      throw error instanceof RemoteFailure ? this.#makeError(error.raw, 'its entry module') : error;
    }
  }

  /** Makes a call. */
  invoke(target: CallTarget, args: readonly unknown[], options: InvokeOptions = {}): Promise<unknown> {
    // What is thrown in here rejects.
    return new Promise((resolve, reject) => {
      const { signal, timeoutSec, onProgress } = options;
      signal?.throwIfAborted();
      this.#assertCanCall();
      const id = this.#nextCallId;
      this.#nextCallId += 1;
      const startedAtMs = performance.now();
      this.#meter.callStarted(startedAtMs);
      try {
        this.#sendCall(id, target, args);
      } catch (error) {
        this.#meter.callEnded(true);
        throw error instanceof ChannelCapacityError ? this.#capacityError(error) : error;
      }
      const limitMs = this.#limitMs(timeoutSec);
      const describe = (): string => describeTarget(target);
      const stopListening = signal && this.#abandonOn(signal, id);
      this.#calls.add(id, { resolve, reject, stopListening, onProgress, describe, startedAtMs, limitMs });
    });
  }

  on<Name extends keyof SandboxEvents>(
    event: Name,
    handler: (event: SandboxEvents[Name]) => void,
  ): Unsubscribe {
    const unsubscribe = this.#events.on(event, handler);
    const unheard = event === 'log' ? this.#unheardOutput : undefined;
    if (unheard !== undefined) {
      this.#unheardOutput = undefined;
      // Once the caller has what `on` answers.
      queueMicrotask(() => {
        for (const line of unheard) this.#events.emit('log', line);
      });
    }
    return unsubscribe;
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

  #sendCall(id: number, target: CallTarget, args: readonly unknown[]): void {
    const { json, isTagged, parts } = encodeValue(args, { path: 'args', openStream: this.#openStream });
    if (target.type !== 'function') {
      this.#connection.send(['call', id, target, json, isTagged], parts);
      return;
    }
    const known = this.#functionIds.get(target.text);
    if (known !== undefined) {
      this.#connection.send(['call', id, known, json, isTagged], parts);
      return;
    }
    const functionId = this.#functionIds.size < MAX_KNOWN_FUNCTIONS ? this.#functionIds.size : undefined;
    this.#connection.send(['call', id, { ...target, functionId }, json, isTagged], parts);
    if (functionId !== undefined) this.#functionIds.set(target.text, functionId);
  }

  /** The limit is the limit: when it is over the guest is killed, and with it every other call. */
  #limitMs(timeoutSec = Infinity): number {
    const limitMs = Math.min(timeoutSec, this.policy.resourceLimits.maxExecutionTimeSec) * 1000;
    return this.#options.hasTimeLimits && limitMs <= MAX_TIMER_MS ? limitMs : Infinity;
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

  /** Gives the call up when `signal` aborts; answers how to listen no more. */
  #abandonOn(signal: AbortSignal, id: number): () => void {
    const onAbort = (): void => {
      const call = this.#calls.abandon(id);
      if (call === undefined) return;
      this.#meter.callEnded(true);
      call.reject(signal.reason);
      this.#send(['abort', id]);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return () => {
      signal.removeEventListener('abort', onAbort);
    };
  }

  #succeed(id: number, value: unknown): void {
    const call = this.#calls.take(id);
    if (call === undefined) return;
    call.stopListening?.();
    this.#meter.callEnded(false);
    call.resolve(value);
  }

  #fail(id: number, raw: unknown): void {
    const call = this.#calls.take(id);
    if (call === undefined) return;
    call.stopListening?.();
    this.#meter.callEnded(true);
    call.resolve(this.#rejectLater(raw, call.describe()));
  }

  /** Waits until the caller's promise hangs on this one: an error made then has the caller's own async stack. */
  async #rejectLater(raw: unknown, call: string): Promise<never> {
    await Promise.resolve();
    await Promise.resolve();
    throw this.#makeError(raw, call);
  }

  #receive({ message, parts, bytes }: Frame): void {
    // It is being killed: what is still on its way comes too late.
    if (this.#endReason !== undefined) return;
    const known = parseGuestMessage(message);
    const decode = (json: unknown, isTagged: boolean): unknown =>
      decodeValue(json, { isTagged, parts, openStream: this.#acceptStream });
    switch (known[0]) {
      case 'hello':
        this.#receiveHello(known[1]);
        return;
      case 'ready':
        if (this.#hello !== undefined)
          throw new MalformedMessageError('the guest is ready before it said hello');
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
      case 'result':
        this.#succeed(known[1], decode(known[2], known[3]));
        return;
      case 'error':
        this.#fail(known[1], known[2]);
        return;
      case 'progress':
        this.#receiveProgress(known[1], decode(known[2], known[3]));
        return;
      case 'host-call':
        this.#receiveHostCall(known[1], known[2], decode(known[3], known[4]));
        return;
      case 'violation':
        this.#meter.violated();
        this.#violations.add(known[1], readGuestText(known[2], 500));
        return;
      default:
        this.#streams.handle(known, decode, bytes);
    }
  }

  #receiveHello(version: number): void {
    const waiter = take(this.#hello, 'hello');
    // Who waits for a guest of another version is told by its end.
    if (version !== PROTOCOL_VERSION)
      throw new MalformedMessageError(`the guest speaks version ${String(version)} of the protocol`);
    this.#hello = undefined;
    waiter.resolve();
  }

  #receiveProgress(id: number, value: unknown): void {
    const onProgress = this.#calls.listenerOf(id);
    try {
      onProgress?.(value);
    } catch (error) {
      process.emitWarning(`onProgress threw: ${String(error)}`, 'TruthoundListenerWarning');
    }
  }

  /** A guest numbers its calls upwards: an id that comes again is forged. */
  #receiveHostCall(id: number, name: string, args: unknown): void {
    if (id <= this.#lastHostCall) throw new MalformedMessageError('a call to the host came twice');
    this.#lastHostCall = id;
    void this.#runHostFunction(id, name, args);
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
      else this.#send(['host-error', id, withoutHostStack(describeError(error))]);
    }
  }

  /** Sends what nobody waits to hear the failure of: a guest that does not even read that is ended. */
  #send(message: readonly unknown[]): void {
    try {
      this.#connection.send(message);
    } catch (error) {
      this.#endByFault(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #sendValue(head: readonly unknown[], value: unknown, path: string): void {
    const { json, isTagged, parts } = encodeValue(value, { path, openStream: this.#openStream });
    this.#connection.send([...head, json, isTagged], parts);
  }

  #endByFault(fault: Error): void {
    this.#meter.violated();
    this.#violations.flush();
    this.#events.emit('violation', { type: 'protocol', action: fault.message, at: new Date() });
    const reason =
      fault instanceof ChannelCapacityError || fault instanceof MessageSizeError
        ? this.#capacityError(fault)
        : new SandboxError(
            `the guest of plugin "${this.pluginId}" sent what no honest guest sends (${fault.message}) and was ended`,
            this.#facts(),
            { cause: fault },
          );
    void this.terminate(reason);
  }

  #capacityError(fault: ChannelCapacityError | MessageSizeError): SandboxResourceError {
    const actual = fault instanceof ChannelCapacityError ? fault.actual : NaN;
    return new SandboxResourceError(
      { ...this.#facts(), resourceType: 'message', limit: fault.limit, actual },
      { cause: fault },
    );
  }

  /** The guest is gone: everything that waits for it gets to know why. */
  #finish(exit: GuestExit): void {
    const { exitCode, signal } = exit;
    this.#isAlive = false;
    const { memoryMb } = this.#meter.read();
    const error =
      this.#endReason ??
      createExitError(exit, {
        ...this.#facts(),
        maxMemoryMb: this.policy.resourceLimits.maxMemoryMb,
        memoryMb,
        stderr: readGuestText(this.#options.link.lastStderr()),
      });
    this.#endReason ??= error;
    this.#connection.close();
    for (const call of this.#calls.clear()) {
      call.stopListening?.();
      this.#meter.callEnded(true);
      call.reject(error);
    }
    for (const waiter of [this.#hello, this.#ready, this.#loaded]) waiter?.reject(error);
    this.#streams.closeAll(error);
    this.#violations.flush();
    this.#events.emit('exit', {
      exitCode,
      signal,
      error: this.#endedByRequest ? undefined : error,
      at: new Date(),
    });
  }

  #makeError(raw: unknown, call: string): Error {
    const classified = classifyError(raw, {
      ...this.#facts(),
      policy: this.policy,
      call,
      hasModuleViolation: this.#meter.violations > 0,
    });
    joinStacks(classified, readRemoteError(raw).stack);
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
