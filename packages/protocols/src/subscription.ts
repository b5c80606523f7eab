/** Ends a subscription: call it, or let `using` dispose it. Ending it twice does nothing. */
export type Unsubscribe = (() => void) & Disposable;

/** Makes an {@link Unsubscribe} of the function that removes a handler. */
export function createUnsubscribe(remove: () => void): Unsubscribe {
  let isEnded = false;
  const unsubscribe = (): void => {
    if (isEnded) return;
    isEnded = true;
    remove();
  };
  return Object.assign(unsubscribe, { [Symbol.dispose]: unsubscribe });
}
