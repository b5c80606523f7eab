/** Where an error came from that no caller is waiting for. */
export interface BackgroundErrorContext {
  readonly pluginId: string;
  /**
   * `handler`: a handler that cannot stop the move any more. `follow-up`: a move that a handler or a step
   * asked for and that ran later. `observer`: the host's observer.
   */
  readonly source: 'handler' | 'follow-up' | 'observer';
  /** What the handler listened to, or where the follow-up was to lead. */
  readonly about: string;
}

/** Receives what would otherwise be lost. */
export type BackgroundErrorListener = (error: Error, context: BackgroundErrorContext) => void;

/** The default: a process warning, which Node prints and hosts can listen to. */
export const warnOfBackgroundError: BackgroundErrorListener = (error, { pluginId, source, about }) => {
  process.emitWarning(`plugin "${pluginId}", ${source} (${about}): ${error.message}`, {
    type: 'LifecycleWarning',
    code: 'TRUTHOUND_LIFECYCLE_BACKGROUND',
    detail: error.stack ?? error.message,
  });
};

/** A listener that cannot fail: what `listener` throws becomes a warning beside the error it was told of. */
export function shieldListener(listener: BackgroundErrorListener): BackgroundErrorListener {
  return (error, context) => {
    try {
      listener(error, context);
    } catch (thrown) {
      warnOfBackgroundError(error, context);
      warnOfBackgroundError(toError(thrown), { ...context, about: 'onBackgroundError' });
    }
  };
}

/** `thrown` itself where it is an error; any other value becomes the cause of one. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error(`a value that is no Error was thrown: ${String(thrown)}`, { cause: thrown });
}
