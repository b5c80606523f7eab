import { type ErrorCode, TruthoundError, brandErrorClass } from '@truthound/protocols';

/** A plugin must not be loaded now: it is in quarantine, wants more than was approved, or the manager is in safe mode. */
export class PluginHeldError extends TruthoundError {
  static {
    brandErrorClass(this, 'PluginHeldError');
  }

  readonly code: ErrorCode = 'ERR_PLUGIN_HELD';
  readonly pluginId: string;
  readonly reason: string;

  constructor(facts: { readonly pluginId: string; readonly reason: string }, options?: ErrorOptions) {
    super(`plugin "${facts.pluginId}" is not loaded: ${facts.reason}`, options);
    this.pluginId = facts.pluginId;
    this.reason = facts.reason;
  }
}
