import type { PluginPermissions } from '@truthound/protocols';
import type { ResolvedConfig } from '../config/enterprise-config.ts';
import type { ManagerEventHub } from '../manager-events.ts';
import { waitUnlessAborted } from '../operations/plugin-operations.ts';
import { PluginHeldError } from '../plugin-held-error.ts';
import { describeWiderPermissions } from './effective-policy.ts';

/** Asks whoever decides for the host whether a plugin may have more than before, and tells what was decided. */
export class PermissionApproval {
  readonly #config: ResolvedConfig;
  readonly #events: ManagerEventHub;

  constructor(config: ResolvedConfig, events: ManagerEventHub) {
    this.#config = config;
    this.#events = events;
  }

  /** Answers whether it was approved; without `reload.approveWiderPermissions`, never. */
  readonly ask = async (pluginId: string, changes: readonly string[]): Promise<boolean> => {
    const isApproved = (await this.#config.reload.approveWiderPermissions?.(pluginId, changes)) === true;
    this.#events.emit('permission-decision', { pluginId, changes, isApproved });
    return isApproved;
  };

  /**
   * Holds a version that comes by another way than a reload: a restart after a crash, or an unload and a load.
   * @throws PluginHeldError that lists what it wants more
   */
  async assertApproved(
    pluginId: string,
    granted: PluginPermissions,
    asked: PluginPermissions,
    signal: AbortSignal,
  ): Promise<void> {
    const changes = describeWiderPermissions(granted, asked);
    if (changes.length === 0) return;
    if (await waitUnlessAborted(this.ask(pluginId, Object.freeze([...changes])), signal)) return;
    const list = changes.map((change) => `\n  - ${change}`).join('');
    throw new PluginHeldError({
      pluginId,
      reason: `it wants more than what ran before, and reload.approveWiderPermissions did not approve:${list}`,
    });
  }
}
