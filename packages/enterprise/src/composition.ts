/**
 * The composition root: the one file that knows which classes stand behind the interfaces.
 *
 * @module
 */
import { DependencyResolver } from '@truthound/dependencies';
import { HotReloadManager } from '@truthound/hot-reload';
import { LifecycleManager, RestartSupervisor } from '@truthound/lifecycle';
import {
  type IsolationLevel,
  type LifecycleController,
  type PluginLoader,
  type SandboxEngine,
  type TrustStore,
  ValidationError,
} from '@truthound/protocols';
import { SandboxFactory } from '@truthound/sandbox';
import {
  type RootDirectory,
  TrustStoreImpl,
  VerificationChainBuilder,
  readSignatures,
  snapshotPlugin,
  verifyAndSnapshot,
} from '@truthound/signing';
import { parseConstraint } from '@truthound/versioning';
import type { ResolvedConfig } from './config/enterprise-config.ts';
import type { CreateSupervisor } from './crash/crash-supervision.ts';
import type { PluginVerifier } from './loading/prepared-version.ts';
import { SignatureVerification } from './loading/signature-verification.ts';
import type { CreateResolver, ParseRange } from './plugin-resolution.ts';

/** What a manager is made of. Each part can be replaced by one that keeps its interface. */
export interface ManagerParts {
  readonly lifecycle: LifecycleController;
  readonly trustStore: TrustStore;
  readonly verifier: PluginVerifier;
  readonly createEngine: (level: IsolationLevel) => SandboxEngine;
  readonly parseRange: ParseRange;
  readonly createResolver: CreateResolver;
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
    verifier: given.verifier ?? createVerifier(config, trustStore),
    // The host's registrations count; the instance is this manager's own, and ends with it.
    createEngine:
      given.createEngine ??
      ((level) => SandboxFactory.create(level, { singleton: false, standby: config.standby })),
    parseRange: given.parseRange ?? parseConstraint,
    createResolver: given.createResolver ?? ((options) => new DependencyResolver(options)),
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

/** @throws ValidationError for a trust store that cannot say what the verification chain asks of it */
function createVerifier(config: ResolvedConfig, trustStore: TrustStore): SignatureVerification {
  if (!isRootDirectory(trustStore)) {
    const problem =
      'cannot be asked by the verification chain (it has no findKey, findRevocation and listRoots): give a verifier with it';
    throw new ValidationError({ subject: 'ManagerParts', faults: [{ path: 'trustStore', problem }] });
  }
  return new SignatureVerification({
    config,
    trustStore,
    createChainBuilder: () => new VerificationChainBuilder(),
    readSignatures,
    snapshotPlugin,
    verifyAndSnapshot,
  });
}

function isRootDirectory(store: object): store is RootDirectory {
  const asked: readonly (keyof RootDirectory)[] = ['findKey', 'findRevocation', 'listRoots'];
  return asked.every((name) => typeof (store as Partial<RootDirectory>)[name] === 'function');
}

/** Options whose value is `undefined` count as not given. */
function definedOnly<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<Options>;
}
