import { deepFreeze } from './deep-freeze.ts';
import { type FilePath, absolutePath, filePathToString } from './file-path.ts';
import {
  type Check,
  arrayOf,
  assertValid,
  objectOf,
  ownFields,
  positiveLimit,
  string,
} from './validation.ts';

/** What a sandboxed plugin may consume and reach. `Infinity` means no limit; zero and less are refused. */
export interface ResourceLimits {
  /**
   * Memory of the guest above an idle Node, in mebibytes: heap, Buffers, SharedArrayBuffers and WebAssembly together.
   * Past it an allocation fails or the guest is killed, and the call rejects with `ERR_SANDBOX_RESOURCE`.
   * @defaultValue 512
   */
  readonly maxMemoryMb: number;
  /**
   * Share of one CPU core, in percent: 50 is half a core, 200 is two cores. Past it the guest is slowed down, not killed.
   * @defaultValue 50
   */
  readonly maxCpuPercent: number;
  /**
   * Wall-clock time of one call, in seconds, with no grace. Past it the guest is killed and the call rejects with `ERR_SANDBOX_TIMEOUT`.
   * @defaultValue 30
   */
  readonly maxExecutionTimeSec: number;
  /**
   * Files, sockets and pipes the plugin may hold open at a time, on top of those that Node itself needs.
   * @defaultValue 100
   */
  readonly maxFileDescriptors: number;
  /** Absolute paths that the plugin may read, beside its own files. @defaultValue none */
  readonly allowedPaths: readonly string[];
  /** Absolute paths that the plugin may read and write, while the policy's `allowFileWrite` is set. @defaultValue none */
  readonly writablePaths: readonly string[];
  /**
   * System calls that fail in the guest, by their Linux names. `fork`, `vfork` and `clone` mean making processes:
   * threads, which Node needs, stay possible.
   * @defaultValue the five that make processes or programs
   */
  readonly deniedSyscalls: readonly string[];
}

/** The system calls that start processes or programs: denied unless a policy allows subprocesses. */
export const SUBPROCESS_SYSCALLS: readonly string[] = Object.freeze([
  'fork',
  'vfork',
  'clone',
  'execve',
  'execveat',
]);

/** The system calls that open connections: denied, on top, where no network may ever be reached. */
export const NETWORK_SYSCALLS: readonly string[] = Object.freeze([
  'socket',
  'connect',
  'accept',
  'bind',
  'listen',
]);

/** Fields as a caller may give them: each optional, paths also as `file:` URLs. */
export interface ResourceLimitsInput extends Partial<Omit<ResourceLimits, 'allowedPaths' | 'writablePaths'>> {
  readonly allowedPaths?: readonly FilePath[];
  readonly writablePaths?: readonly FilePath[];
}

const STANDARD_LIMITS: ResourceLimits = deepFreeze({
  maxMemoryMb: 512,
  maxCpuPercent: 50,
  maxExecutionTimeSec: 30,
  maxFileDescriptors: 100,
  allowedPaths: [],
  writablePaths: [],
  deniedSyscalls: [...SUBPROCESS_SYSCALLS],
});

/** One check for each field; the policy checks its own limits with the same table. */
export const RESOURCE_LIMIT_CHECKS: Readonly<Record<keyof ResourceLimits, Check>> = {
  maxMemoryMb: positiveLimit(),
  maxCpuPercent: positiveLimit(),
  maxExecutionTimeSec: positiveLimit(),
  maxFileDescriptors: positiveLimit({ integer: true }),
  allowedPaths: arrayOf(absolutePath),
  writablePaths: arrayOf(absolutePath),
  deniedSyscalls: arrayOf(
    string({ maxLength: 64, pattern: /^[a-z_][a-z0-9_]*$/, shape: 'the Linux name of a system call' }),
  ),
};

const checkLimits = objectOf(RESOURCE_LIMIT_CHECKS, { noun: 'limit' });

/** Puts already checked fields over `base`; an `undefined` field keeps the base. */
export function mergeLimits(base: ResourceLimits, input: ResourceLimitsInput): ResourceLimits {
  return deepFreeze({
    maxMemoryMb: input.maxMemoryMb ?? base.maxMemoryMb,
    maxCpuPercent: input.maxCpuPercent ?? base.maxCpuPercent,
    maxExecutionTimeSec: input.maxExecutionTimeSec ?? base.maxExecutionTimeSec,
    maxFileDescriptors: input.maxFileDescriptors ?? base.maxFileDescriptors,
    allowedPaths: (input.allowedPaths ?? base.allowedPaths).map(filePathToString),
    writablePaths: (input.writablePaths ?? base.writablePaths).map(filePathToString),
    deniedSyscalls: [...(input.deniedSyscalls ?? base.deniedSyscalls)],
  });
}

function create(input: ResourceLimitsInput = {}): ResourceLimits {
  const own = ownFields(input);
  assertValid('ResourceLimits', checkLimits, own);
  return mergeLimits(STANDARD_LIMITS, own);
}

/** Makes {@link ResourceLimits}: checked, complete and deeply frozen. */
export const ResourceLimits: {
  /**
   * Completes `input` with the defaults.
   * @throws ValidationError (a `RangeError` where a number is out of range) that names every wrong field.
   */
  create(input?: ResourceLimitsInput): ResourceLimits;
  /** 128 MB, 25 % of a core, 10 s, 10 descriptors. */
  minimal(): ResourceLimits;
  /** 512 MB, 50 % of a core, 30 s, 100 descriptors. */
  standard(): ResourceLimits;
  /** 2048 MB, 100 % of a core, 300 s, 1000 descriptors. */
  generous(): ResourceLimits;
} = Object.freeze({
  create,
  minimal: () =>
    create({ maxMemoryMb: 128, maxCpuPercent: 25, maxExecutionTimeSec: 10, maxFileDescriptors: 10 }),
  standard: () => STANDARD_LIMITS,
  generous: () =>
    create({ maxMemoryMb: 2048, maxCpuPercent: 100, maxExecutionTimeSec: 300, maxFileDescriptors: 1000 }),
});
