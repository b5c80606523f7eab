export type { ManagerParts } from './composition.ts';
export {
  EnterprisePluginManagerConfig,
  type ReloadSettings,
  type ResolvedConfig,
} from './config/enterprise-config.ts';
export { type CreateEnterpriseManagerOptions, createEnterpriseManager } from './create-enterprise-manager.ts';
export type { DiscoveryProblem } from './discovery/discover-plugins.ts';
export type { BulkResult } from './bulk-result.ts';
export type { CreateSupervisor, QuarantinedPlugin } from './crash/crash-supervision.ts';
export { EnterprisePluginManager } from './enterprise-plugin-manager.ts';
export { createEffectivePolicy, describeWiderPermissions } from './loading/effective-policy.ts';
export type { PluginVerifier, PreparedVersion } from './loading/prepared-version.ts';
export type { ManagerEvents } from './manager-events.ts';
export type { ChangelogEntry } from './documentation/changelog.ts';
export { extractPluginDocs } from './documentation/extract-plugin-docs.ts';
export type { PluginDocumentation } from './documentation/plugin-documentation.ts';
export { type DocsFormat, renderPluginDocs } from './documentation/render-plugin-docs.ts';
export type { ExportedName } from './documentation/scan-exports.ts';
export { findDrift } from './lock/find-drift.ts';
export { LockDriftError } from './lock/lock-drift-error.ts';
export { readLock, writeLock } from './lock/lock-file.ts';
export type { LockDrift } from './lock/lock-keeper.ts';
export { type LockedPlugin, PluginLock } from './lock/plugin-lock.ts';
export type { AuditEntry, AuditEvent } from './observability/audit-entry.ts';
export { type AuditVerdict, verifyAuditLog } from './observability/verify-audit-log.ts';
export { openTelemetry } from './observability/open-telemetry.ts';
export type {
  InstrumentOptions,
  ObservableInstrument,
  ObserveCallback,
  Telemetry,
  TelemetryAttributes,
  TelemetryMeter,
  TelemetrySpan,
  TelemetryTracer,
} from './observability/telemetry.ts';
export { ManagerDisposedError } from './manager-disposed-error.ts';
export type { LoadOptions } from './operations/plugin-loads.ts';
export type { UnloadOptions } from './operations/plugin-unloads.ts';
export type { CreateResolver, ParseRange } from './plugin-resolution.ts';
export { PluginHeldError } from './plugin-held-error.ts';
export { PluginNotActiveError } from './plugin-not-active-error.ts';
export {
  type HostCall,
  type PluginTestHost,
  type PluginTestHostOptions,
  createPluginTestHost,
} from './plugin-test-host.ts';

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
