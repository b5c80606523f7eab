import { type ErrorCode, type LifecycleState, TruthoundError, brandErrorClass } from '@truthound/protocols';

/** A call came for a plugin that does not serve: it is not loaded, not active, or failed. */
export class PluginNotActiveError extends TruthoundError {
  static {
    brandErrorClass(this, 'PluginNotActiveError');
  }

  readonly code: ErrorCode = 'ERR_PLUGIN_NOT_ACTIVE';
  readonly pluginId: string;
  readonly state: LifecycleState;

  constructor(facts: { readonly pluginId: string; readonly state: LifecycleState }, options?: ErrorOptions) {
    super(
      `plugin "${facts.pluginId}" takes no calls: its state is "${facts.state}"; load and activate it first`,
      options,
    );
    this.pluginId = facts.pluginId;
    this.state = facts.state;
  }
}
