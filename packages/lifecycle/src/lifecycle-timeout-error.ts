import { type ErrorCode, TruthoundError, brandErrorClass } from '@truthound/protocols';

/** A plugin's step or a handler was not finished in time. What it does later has no effect on the plugin's state. */
export class LifecycleTimeoutError extends TruthoundError {
  static {
    brandErrorClass(this, 'LifecycleTimeoutError');
  }

  readonly code: ErrorCode = 'ERR_LIFECYCLE_TIMEOUT';
  readonly pluginId: string;
  /** What was late: a step ("activate") or the handler of an event ("before-load"). */
  readonly phase: string;
  readonly timeoutMs: number;

  constructor(
    facts: {
      readonly pluginId: string;
      readonly phase: string;
      readonly timeoutMs: number;
      /** The option that sets the limit. */
      readonly option: 'stepTimeoutMs' | 'handlerTimeoutMs';
    },
    options?: ErrorOptions,
  ) {
    super(
      `"${facts.phase}" of plugin "${facts.pluginId}" was given up after ${facts.timeoutMs} ms ` +
        `(option ${facts.option} of LifecycleManager)`,
      options,
    );
    this.pluginId = facts.pluginId;
    this.phase = facts.phase;
    this.timeoutMs = facts.timeoutMs;
  }
}
