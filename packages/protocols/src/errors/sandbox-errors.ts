import { SecurityError, type SecurityErrorFacts } from './security-error.ts';
import { type ErrorCode, brandErrorClass } from './truthound-error.ts';

/** What every {@link SandboxError} may say. */
export interface SandboxErrorFacts extends SecurityErrorFacts {
  readonly sandboxId?: string | undefined;
  /** Exit code of the guest, where it ended by itself. */
  readonly exitCode?: number | undefined;
  /** Signal that ended the guest, e.g. `SIGSEGV`. */
  readonly signal?: string | undefined;
}

function inPlugin(pluginId: string | undefined): string {
  return pluginId === undefined ? 'the sandboxed plugin' : `plugin "${pluginId}"`;
}

/** A sandbox could not start, could not go on, or its guest is gone. Parent of the three specific ones. */
export class SandboxError extends SecurityError {
  static {
    brandErrorClass(this, 'SandboxError');
  }

  readonly code: ErrorCode = 'ERR_SANDBOX';
  readonly sandboxId: string | undefined;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;

  constructor(message: string, facts: SandboxErrorFacts = {}, options?: ErrorOptions) {
    super(message, facts, options);
    this.sandboxId = facts.sandboxId;
    this.exitCode = facts.exitCode;
    this.signal = facts.signal;
  }
}

/** A call was stopped because it ran longer than its policy allows. */
export class SandboxTimeoutError extends SandboxError {
  static {
    brandErrorClass(this, 'SandboxTimeoutError');
  }

  override readonly code: ErrorCode = 'ERR_SANDBOX_TIMEOUT';
  /** The limit, in seconds. */
  readonly timeoutSeconds: number;
  /** How long the call really ran, in seconds. */
  readonly executionTime: number;

  constructor(
    facts: SandboxErrorFacts & {
      readonly timeoutSeconds: number;
      readonly executionTime: number;
      /** The option that set the limit, for the message. @defaultValue `resourceLimits.maxExecutionTimeSec` */
      readonly option?: string;
    },
    options?: ErrorOptions,
  ) {
    super(
      `${inPlugin(facts.pluginId)} was stopped after ${facts.executionTime.toFixed(3)} s: ` +
        `the limit is ${String(facts.timeoutSeconds)} s (${facts.option ?? 'resourceLimits.maxExecutionTimeSec'})`,
      facts,
      options,
    );
    this.timeoutSeconds = facts.timeoutSeconds;
    this.executionTime = facts.executionTime;
  }
}

/** The resources a policy limits besides time. */
export type SandboxResource =
  'memory' | 'cpu' | 'fileDescriptors' | 'output' | 'processes' | 'message' | 'calls';

const RESOURCE_OPTIONS: Readonly<Record<SandboxResource, string>> = {
  memory: 'MB of memory (resourceLimits.maxMemoryMb)',
  cpu: '% of a CPU (resourceLimits.maxCpuPercent)',
  fileDescriptors: 'open files (resourceLimits.maxFileDescriptors)',
  output: 'bytes of output',
  processes: 'processes',
  message: 'bytes in one message',
  calls: 'calls at a time',
};

/** The guest used more of a resource than its policy allows. */
export class SandboxResourceError extends SandboxError {
  static {
    brandErrorClass(this, 'SandboxResourceError');
  }

  override readonly code: ErrorCode = 'ERR_SANDBOX_RESOURCE';
  readonly resourceType: SandboxResource;
  /** The limit, in the unit of the resource: MB, percent, count or bytes. */
  readonly limit: number;
  /** What was used when the guest was stopped, same unit. `NaN` when the kernel ended it before it could be measured. */
  readonly actual: number;

  constructor(
    facts: SandboxErrorFacts & {
      readonly resourceType: SandboxResource;
      readonly limit: number;
      readonly actual: number;
    },
    options?: ErrorOptions,
  ) {
    const used = Number.isNaN(facts.actual) ? 'more' : String(facts.actual);
    super(
      `${inPlugin(facts.pluginId)} used ${used} where the limit is ${String(facts.limit)} ${RESOURCE_OPTIONS[facts.resourceType]}`,
      facts,
      options,
    );
    this.resourceType = facts.resourceType;
    this.limit = facts.limit;
    this.actual = facts.actual;
  }
}

/** What kind of act was denied. */
export type ViolationType =
  | 'module'
  | 'file-read'
  | 'file-write'
  | 'network'
  | 'subprocess'
  | 'syscall'
  | 'signal'
  | 'environment'
  | 'code-generation'
  | 'host-function'
  | 'protocol';

/** The plugin tried something that its policy denies, and the denial reached the caller. */
export class SandboxSecurityViolation extends SandboxError {
  static {
    brandErrorClass(this, 'SandboxSecurityViolation');
  }

  override readonly code: ErrorCode = 'ERR_SANDBOX_VIOLATION';
  readonly violationType: ViolationType;
  /** The act, e.g. `import node:child_process`. */
  readonly attemptedAction: string;

  constructor(
    facts: SandboxErrorFacts & {
      readonly violationType: ViolationType;
      readonly attemptedAction: string;
      /** The policy option that would allow it, for the message. */
      readonly option?: string;
    },
    options?: ErrorOptions,
  ) {
    const remedy = facts.option === undefined ? '' : ` (${facts.option})`;
    super(
      `${inPlugin(facts.pluginId)} tried what its policy denies: ${facts.attemptedAction}${remedy}`,
      facts,
      options,
    );
    this.violationType = facts.violationType;
    this.attemptedAction = facts.attemptedAction;
  }
}
