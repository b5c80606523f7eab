export type { ManagerParts } from './composition.ts';
export type { EnterprisePluginManagerConfig, ReloadSettings } from './config.ts';
export type { DiscoveryProblem } from './discovery/discover-plugins.ts';
export {
  type BulkResult,
  EnterprisePluginManager,
  type LoadOptions,
  type UnloadOptions,
} from './enterprise-plugin-manager.ts';
export { createEffectivePolicy, describeWiderPermissions } from './loading/effective-policy.ts';
export type { PluginVerifier, PreparedVersion } from './loading/prepared-version.ts';
export type { ManagerEvents } from './manager-events.ts';
export { PluginNotActiveError } from './plugin-not-active-error.ts';

// What a full adopter needs of the other packages, so that one import is enough.
export * from '@truthound/protocols';
export { DependencyGraph, DependencyResolver } from '@truthound/dependencies';
export { HotReloadManager, type WatchHandle } from '@truthound/hot-reload';
export { LifecycleManager, TRANSITIONS } from '@truthound/lifecycle';
export { NoopSandboxEngine, ProcessSandboxEngine, SandboxFactory } from '@truthound/sandbox';
export {
  SigningServiceImpl,
  TrustStoreImpl,
  VerificationChainBuilder,
  generateKeyPair,
  readSignatures,
  writeSignatures,
} from '@truthound/signing';
export { VersionConstraint, VersionResolver, parseConstraint } from '@truthound/versioning';
