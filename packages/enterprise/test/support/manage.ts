import {
  EnterprisePluginManager,
  type EnterprisePluginManagerConfig,
  type ManagerParts,
} from '../../src/index.ts';
import { TEST_POLICY } from './policy.ts';
import type { Workshop } from './workshop.ts';

/** A manager over a workshop's plugins, with discovery done. */
export async function manage(
  workshop: Workshop,
  config: EnterprisePluginManagerConfig = {},
  parts: Partial<ManagerParts> = {},
): Promise<EnterprisePluginManager> {
  const manager = new EnterprisePluginManager(
    { ...workshop.config(), defaultSecurityPolicy: TEST_POLICY, ...config },
    parts,
  );
  await manager.discoverPlugins();
  return manager;
}

/** The next event of a name. */
export function next<Name extends Parameters<EnterprisePluginManager['on']>[0]>(
  manager: EnterprisePluginManager,
  name: Name,
): Promise<Parameters<Parameters<typeof manager.on<Name>>[1]>[0]> {
  return new Promise((resolve) => {
    const stop = manager.on<Name>(name, (event) => {
      stop();
      resolve(event);
    });
  });
}
