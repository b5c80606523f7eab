export { DependencyType } from './dependency-type.ts';
export { EnforcementMode, type SecurityPolicyInput } from './security-policy.ts';
export {
  type EnforcementReport,
  type EnforcementStatus,
  GUARANTEES,
  type Guarantee,
  type GuaranteeReport,
  findUnenforced,
} from './enforcement-report.ts';
export { type FilePath, filePathToString } from './file-path.ts';
export { ISOLATION_LEVELS, IsolationLevel, compareIsolation } from './isolation-level.ts';
export type {
  LifecycleController,
  LifecycleEventData,
  LifecycleHandler,
  LifecyclePlugin,
  LifecycleStepContext,
  LifecycleTransition,
  LifecycleVeto,
  TransitionOptions,
} from './lifecycle-controller.ts';
export { LifecycleEvent, LifecycleState } from './lifecycle-state.ts';
export {
  AIRGAPPED_BLOCKED_MODULES,
  coversModule,
  NETWORK_MODULES,
  normalizeModuleName,
  STANDARD_ALLOWED_MODULES,
  STANDARD_BLOCKED_MODULES,
  SUBPROCESS_MODULES,
} from './module-lists.ts';
export {
  type ActivateOptions,
  type PluginContext,
  type PluginDependencyHandle,
  type PluginEntry,
  RESERVED_EXPORTS,
} from './plugin-api.ts';
export type { PluginExports, PluginHandle, RemoteExports } from './plugin-handle.ts';
export type { PluginDependency, PluginInfo, ResolvablePlugin } from './plugin-info.ts';
export type {
  PluginHealth,
  PluginInstance,
  PluginLoader,
  PluginState,
  PreparedPlugin,
  ReloadResult,
} from './plugin-loader.ts';
export { type ManifestDependency, PluginManifest, type PluginStateVersions } from './plugin-manifest.ts';
export type { PluginPermissions } from './plugin-permissions.ts';
export {
  AIRGAPPED,
  type CreatePolicyOptions,
  DEVELOPMENT,
  ENTERPRISE,
  type PresetName,
  STANDARD,
  STRICT,
  SecurityPolicy,
  TESTING,
  createPolicy,
  getPreset,
  listPresets,
} from './policy-presets.ts';
export { ReloadStrategy } from './reload-strategy.ts';
export {
  NETWORK_SYSCALLS,
  ResourceLimits,
  type ResourceLimitsInput,
  SUBPROCESS_SYSCALLS,
} from './resource-limits.ts';
export type { ResourceUsage } from './resource-usage.ts';
export type {
  HostFunctions,
  InvokeOptions,
  PluginSource,
  SandboxContext,
  SandboxEngine,
  SandboxEvents,
  SandboxExitEvent,
  SandboxFunction,
  SandboxLogEvent,
  SandboxOptions,
  SandboxReference,
  SandboxViolationEvent,
} from './sandbox-engine.ts';
export { SEMANTIC_VERSION, type VersionRequirement } from './semantic-version.ts';
export { SignatureAlgorithm } from './signature-algorithm.ts';
export type {
  RevocationOptions,
  SignatureInfo,
  SignedFile,
  SigningService,
  TrustStore,
  TrustedCertificate,
  VerificationHandler,
  VerificationResult,
  VerificationStepReport,
  VerificationSubject,
  VerificationVerdict,
} from './signing.ts';
export { type Unsubscribe, createUnsubscribe } from './subscription.ts';
export { TrustLevel } from './trust-level.ts';

export {
  CertificateError,
  type CertificateErrorFacts,
  CertificateExpiredError,
  CertificateNotFoundError,
  CertificateRevokedError,
  InvalidCertificateError,
} from './errors/certificate-errors.ts';
export {
  DependencyCycleError,
  DependencyError,
  MissingDependencyError,
  VersionConflictError,
} from './errors/dependency-errors.ts';
export {
  InvalidTransitionError,
  ManifestError,
  PluginExecutionError,
  PluginNotFoundError,
  ReloadError,
  type RemoteErrorData,
} from './errors/plugin-errors.ts';
export {
  SandboxError,
  type SandboxErrorFacts,
  type SandboxResource,
  SandboxResourceError,
  SandboxSecurityViolation,
  SandboxTimeoutError,
  type ViolationType,
} from './errors/sandbox-errors.ts';
export { SecurityError, type SecurityErrorFacts } from './errors/security-error.ts';
export {
  InvalidSignatureError,
  SignatureError,
  type SignatureErrorFacts,
  SignatureExpiredError,
  SignatureTamperError,
  UntrustedSignerError,
} from './errors/signature-errors.ts';
export {
  type CauseJson,
  type ErrorCode,
  type ErrorJson,
  TruthoundError,
  brandErrorClass,
} from './errors/truthound-error.ts';
export { type Fault, ValidationError, ValidationRangeError } from './errors/validation-error.ts';
export { VersionFormatError } from './errors/version-errors.ts';
export { parseJson } from './parse-json.ts';
