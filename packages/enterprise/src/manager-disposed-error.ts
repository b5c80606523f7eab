import { type ErrorCode, TruthoundError, brandErrorClass } from '@truthound/protocols';

/** The manager was disposed: it loads nothing any more. */
export class ManagerDisposedError extends TruthoundError {
  static {
    brandErrorClass(this, 'ManagerDisposedError');
  }

  readonly code: ErrorCode = 'ERR_MANAGER_DISPOSED';

  constructor(options?: ErrorOptions) {
    super('the plugin manager was disposed: make a new one', options);
  }
}
