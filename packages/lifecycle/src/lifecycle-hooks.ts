import {
  LifecycleEvent,
  type LifecycleEventData,
  type LifecycleHandler,
  type LifecyclePlugin,
  type Unsubscribe,
  ValidationError,
  createUnsubscribe,
} from '@truthound/protocols';
import { type BackgroundErrorListener, toError } from './background-error.ts';
import { LifecycleTimeoutError } from './lifecycle-timeout-error.ts';
import { runWithDeadline } from './run-with-deadline.ts';

interface Registration {
  readonly handler: LifecycleHandler;
}

/** That and why a handler refused a move. */
export interface Refusal {
  readonly reason: string;
  /** What the handler threw, where it threw. */
  readonly cause: Error | undefined;
}

/** One event on its way to its handlers. */
export interface Announcement {
  readonly plugin: LifecyclePlugin;
  readonly event: LifecycleEvent;
  readonly data: LifecycleEventData;
}

/** The handlers of a host. They run one after another, in the order they were added, and each is awaited. */
export class LifecycleHooks {
  readonly #registrations = new Map<LifecycleEvent, Registration[]>(
    Object.values(LifecycleEvent).map((event) => [event, []]),
  );
  readonly #timeoutMs: number;
  readonly #report: BackgroundErrorListener;

  constructor(settings: { readonly handlerTimeoutMs: number; readonly report: BackgroundErrorListener }) {
    this.#timeoutMs = settings.handlerTimeoutMs;
    this.#report = settings.report;
  }

  /** @throws ValidationError for an event that does not exist. */
  on(event: LifecycleEvent, handler: LifecycleHandler): Unsubscribe {
    const registration: Registration = { handler };
    this.#of(event).push(registration);
    return createUnsubscribe(() => {
      this.#remove(event, (each) => each === registration);
    });
  }

  /** Removes the handler's earliest registration; answers whether there was one. */
  off(event: LifecycleEvent, handler: LifecycleHandler): boolean {
    return this.#remove(event, (each) => each.handler === handler);
  }

  /** Asks the handlers whether the move may be made; the first refusal ends it. Rejects only when `signal` aborts. */
  async ask(announcement: Announcement, signal: AbortSignal | undefined): Promise<Refusal | undefined> {
    for (const handler of this.#handlersOf(announcement.event)) {
      try {
        const refusal = readVeto(await this.#call(handler, announcement, signal));
        if (refusal !== undefined) return refusal;
      } catch (thrown) {
        signal?.throwIfAborted();
        const cause = toError(thrown);
        return { reason: cause.message, cause };
      }
    }
    return undefined;
  }

  /** Tells the handlers what has happened. One that fails is reported and does not stop the rest. */
  async tell(announcement: Announcement): Promise<void> {
    for (const handler of this.#handlersOf(announcement.event)) {
      try {
        await this.#call(handler, announcement, undefined);
      } catch (thrown) {
        const { plugin, event } = announcement;
        this.#report(toError(thrown), { pluginId: plugin.id, source: 'handler', about: event });
      }
    }
  }

  #call(
    handler: LifecycleHandler,
    { plugin, event, data }: Announcement,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const timeoutMs = this.#timeoutMs;
    return runWithDeadline(() => handler(plugin, event, data), {
      timeoutMs,
      signals: [signal],
      createTimeoutError: () =>
        new LifecycleTimeoutError({
          pluginId: plugin.id,
          phase: event,
          timeoutMs,
          option: 'handlerTimeoutMs',
        }),
    });
  }

  /** The handlers to call now; one that is removed meanwhile is no longer called. */
  *#handlersOf(event: LifecycleEvent): Generator<LifecycleHandler> {
    const registrations = this.#of(event);
    for (const registration of [...registrations]) {
      if (registrations.includes(registration)) yield registration.handler;
    }
  }

  #remove(event: LifecycleEvent, isMeant: (registration: Registration) => boolean): boolean {
    const registrations = this.#of(event);
    const index = registrations.findIndex(isMeant);
    if (index >= 0) registrations.splice(index, 1);
    return index >= 0;
  }

  #of(event: LifecycleEvent): Registration[] {
    const registrations = this.#registrations.get(event);
    if (registrations !== undefined) return registrations;
    const known = [...this.#registrations.keys()].join(', ');
    throw new ValidationError({
      subject: 'lifecycle event',
      faults: [{ path: '', problem: `"${event}" does not exist; the events are ${known}` }],
    });
  }
}

/** A handler's answer is a veto when it has a `veto`; `undefined` there means none, so it can be conditional. */
function readVeto(answer: unknown): Refusal | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const veto: unknown = Reflect.get(answer, 'veto');
  if (veto === undefined) return undefined;
  return { reason: typeof veto === 'string' && veto !== '' ? veto : 'no reason given', cause: undefined };
}
