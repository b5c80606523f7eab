import { type PresetName, getPreset } from '@truthound/protocols';
import type { ManagerParts } from './composition.ts';
import type { EnterprisePluginManagerConfig } from './config/enterprise-config.ts';
import { EnterprisePluginManager } from './enterprise-plugin-manager.ts';

/** A manager's configuration, with its default policy by name. */
export interface CreateEnterpriseManagerOptions extends Omit<
  EnterprisePluginManagerConfig,
  'defaultSecurityPolicy'
> {
  /** The preset that becomes `defaultSecurityPolicy`. @defaultValue 'standard' */
  readonly securityLevel?: PresetName;
}

/**
 * Makes a manager whose default policy is a preset. Whether signatures are required is `requireSignature`'s, true by
 * default at every level.
 * @throws ValidationError for an unknown level or option
 */
export function createEnterpriseManager(
  { securityLevel = 'standard', ...config }: CreateEnterpriseManagerOptions = {},
  parts: Partial<ManagerParts> = {},
): EnterprisePluginManager {
  return new EnterprisePluginManager({ ...config, defaultSecurityPolicy: getPreset(securityLevel) }, parts);
}
