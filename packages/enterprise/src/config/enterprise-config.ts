import type { ConfigFields, ResolvedConfig } from './config-fields.ts';
import { resolveConfig } from './resolve-config.ts';

export type { ReloadSettings, ResolvedConfig } from './config-fields.ts';

/**
 * What a host may set. Every field has a default; unknown ones are refused.
 *
 * @interface
 */
export type EnterprisePluginManagerConfig = ConfigFields;

/** Makes configurations. */
export const EnterprisePluginManagerConfig: {
  /**
   * Completes `config` with the defaults, checks it and freezes it.
   * @throws ValidationError that lists every fault
   */
  create(config?: EnterprisePluginManagerConfig): ResolvedConfig;
} = Object.freeze({ create: resolveConfig });
