import { type PluginManifest, VersionConflictError } from '@truthound/protocols';
import type { ResolvedConfig } from './config/enterprise-config.ts';
import type { ParseRange } from './plugin-resolution.ts';

/**
 * Makes the check of `engines.truthound` against the host's version.
 * Not strict: what does not fit is reported to `warn` and let through.
 */
export function createHostVersionCheck(
  { hostVersion, strictVersionCheck }: ResolvedConfig,
  parseRange: ParseRange,
  warn: (pluginId: string, error: Error) => void,
): (manifest: PluginManifest) => void {
  return ({ id, hostRange }) => {
    if (hostRange === undefined || parseRange(hostRange).isSatisfiedBy(hostVersion)) return;
    const error = new VersionConflictError({
      dependencyId: 'the host (engines.truthound)',
      installedVersion: hostVersion,
      requirements: [{ requiredBy: id, range: hostRange }],
    });
    if (strictVersionCheck) throw error;
    warn(id, error);
  };
}
