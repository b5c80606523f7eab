/**
 * The composition root: the one file that knows which classes stand behind the interfaces.
 *
 * @module
 */
import { HotReloadManager } from '@truthound/hot-reload';
import { LifecycleManager, RestartSupervisor } from '@truthound/lifecycle';
import type {
  IsolationLevel,
  LifecycleController,
  PluginLoader,
  SandboxEngine,
  TrustStore,
} from '@truthound/protocols';
import { SandboxFactory } from '@truthound/sandbox';
import { TrustStoreImpl } from '@truthound/signing';
import { parseConstraint } from '@truthound/versioning';
import type { ResolvedConfig } from './config/enterprise-config.ts';
import type { CreateSupervisor } from './crash/crash-supervision.ts';
import type { PluginVerifier } from './loading/prepared-version.ts';
import { SignatureVerification } from './loading/signature-verification.ts';
import type { ParseRange } from './plugin-resolution.ts';

/** What a manager is made of. Each part can be replaced by one that keeps its interface. */
export interface ManagerParts {
  readonly lifecycle: LifecycleController;
  readonly trustStore: TrustStore;
  readonly verifier: PluginVerifier;
  readonly createEngine: (level: IsolationLevel) => SandboxEngine;
  readonly parseRange: ParseRange;
  readonly createHotReload: (lifecycle: LifecycleController, loader: PluginLoader) => HotReloadManager;
  readonly createSupervisor: CreateSupervisor;
}

/** Makes the parts that the host did not bring itself. */
export function composeParts(
  config: ResolvedConfig,
  given: Partial<ManagerParts>,
  approveWiderPermissions: (pluginId: string, changes: readonly string[]) => Promise<boolean>,
): ManagerParts {
  const trustStore = given.trustStore ?? createTrustStore(config);
  return {
    lifecycle: given.lifecycle ?? new LifecycleManager(),
    trustStore,
    verifier: given.verifier ?? new SignatureVerification(config, trustStore as TrustStoreImpl),
    // The host's registrations count; the instance is this manager's own, and ends with it.
    createEngine:
      given.createEngine ??
      ((level) => SandboxFactory.create(level, { singleton: false, standby: config.standby })),
    parseRange: given.parseRange ?? parseConstraint,
    createSupervisor: given.createSupervisor ?? ((options) => new RestartSupervisor(options)),
    createHotReload:
      given.createHotReload ??
      ((lifecycle, loader) =>
        new HotReloadManager(lifecycle, {
          loader,
          ...definedOnly(config.reload),
          approveWiderPermissions,
        })),
  };
}

function createTrustStore({ trustStorePath }: ResolvedConfig): TrustStoreImpl {
  return new TrustStoreImpl(trustStorePath === undefined ? {} : { persistPath: trustStorePath });
}

/** Options whose value is `undefined` count as not given. */
function definedOnly<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<Options>;
}
