export { ContainerSandboxEngine, type ContainerSandboxEngineOptions } from './engines/container.ts';
export { buildGuestImage, type BuiltGuestImage, type GuestImageOptions } from './build-guest-image.ts';
export type { RuntimeDiagnosis } from './container/detect-runtime.ts';
export { NoopSandboxEngine } from './engines/noop.ts';
export { ProcessSandboxEngine, type ProcessSandboxEngineOptions } from './engines/process.ts';
export {
  type BestAvailableOptions,
  type EngineFactory,
  type EngineOptions,
  SandboxEngineRegistry,
  SandboxFactory,
} from './sandbox-factory.ts';
