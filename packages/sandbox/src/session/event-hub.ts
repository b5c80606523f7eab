import { type Unsubscribe, createUnsubscribe } from '@truthound/protocols';

type Handler<Event> = (event: Event) => void;

/** Typed notifications. A handler that throws disturbs neither the sender nor the other handlers. */
export class EventHub<Events extends object> {
  readonly #handlers = new Map<keyof Events, Set<Handler<never>>>();

  on<Name extends keyof Events>(name: Name, handler: Handler<Events[Name]>): Unsubscribe {
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(handler));
    return createUnsubscribe(() => handlers.delete(handler));
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])] as Handler<Events[Name]>[]) {
      try {
        handler(event);
      } catch (error) {
        process.emitWarning(
          `a listener for "${String(name)}" threw: ${String(error)}`,
          'TruthoundListenerWarning',
        );
      }
    }
  }
}
