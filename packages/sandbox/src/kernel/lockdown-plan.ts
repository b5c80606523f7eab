import type { FilterRequest } from './prepare-filter.ts';
import type { PreparedFilter } from './prepared-filter.ts';

/** What a guest is to be held to. */
export interface LockdownPlan {
  readonly limits?: LockdownLimits;
  /** Which files stay reachable; without it Landlock is not asked for. */
  readonly files?: LockdownFiles;
  /** Which system calls stay; without it no filter is installed. */
  readonly syscalls?: Omit<FilterRequest, 'arch' | 'confinesSignals'>;
  /** Whether the kernel ends this process when the thread that started it ends. @defaultValue false */
  readonly dieWithParent?: boolean;
  /** Whether a process of root's gives up root's privileges, but those over files that it is granted. @defaultValue false */
  readonly dropCapabilities?: boolean;
  /** Keeps `node:ffi` usable, for a second plan that narrows the first. @defaultValue false */
  readonly keepFfi?: boolean;
}

/** A plan with its filter compiled. Plain data, so the host can send it. */
export interface PreparedLockdown extends Omit<LockdownPlan, 'syscalls'> {
  readonly filter?: PreparedFilter;
  /**
   * Takes the place of `filter` where Landlock keeps the guest's signals in. A filter knows one process, and a guest
   * that may start others must be able to end them.
   */
  readonly filterBesideLandlock?: PreparedFilter;
}

/** Limits of the process (getrlimit(2)); a missing one is left as it is, except that core dumps are always off. */
export interface LockdownLimits {
  /** Files, sockets and pipes that may be open on top of those that are open now. */
  readonly additionalDescriptors?: number;
  /** Largest file that may be written, in bytes. */
  readonly fileSizeBytes?: number;
  /**
   * Private memory that may be in use (`RssAnon`), in bytes: heap, Buffers, SharedArrayBuffers and WebAssembly
   * together, with what an idle Node uses, about 10 MB. From Node 24 on a Worker also reserves 512 MB of addresses
   * for its code, which the kernel counts: under this limit it needs `resourceLimits.codeRangeSizeMb`.
   */
  readonly memoryBytes?: number;
}

/** Absolute paths with everything below them. A path that does not exist grants nothing and is reported. */
export interface LockdownFiles {
  /** Paths without symbolic links: one that has become a link since it was resolved grants nothing. */
  readonly readPaths: readonly string[];
  /** Read; of the machine itself, so links are followed. @defaultValue none */
  readonly systemReadPaths?: readonly string[];
  /** Read and written; without links, as {@link readPaths}. */
  readonly writePaths: readonly string[];
  /** Read and run as programs, where a policy allows subprocesses. @defaultValue none */
  readonly executePaths?: readonly string[];
  /** Whether TCP ports are closed as well, where the kernel can. */
  readonly denyTcp: boolean;
}

/** One thing that was tried in the guest. */
export interface LockdownStep {
  /** What: `no-new-privileges`, `landlock`, `seccomp`, `limit: …`, `self-test: …`, `drop-ffi`. */
  readonly step: string;
  readonly ok: boolean;
  /** The kernel's error number, where a call failed that should not have. */
  readonly errno?: number;
  readonly detail: string;
}

/** Which layers stand: applied, and their self-tests passed. What the plan did not ask for is `false`. */
export interface LockdownLayers {
  readonly noNewPrivileges: boolean;
  /** The process ends with its parent, also when that is killed. */
  readonly parentDeath: boolean;
  readonly coreDumps: boolean;
  /** No privilege of root is left, but those over files that Landlock grants. */
  readonly capabilities: boolean;
  readonly descriptors: boolean;
  readonly fileSize: boolean;
  readonly memory: boolean;
  /** Files outside the plan can't be read or written, by path. */
  readonly files: boolean;
  /** TCP ports are closed by Landlock. */
  readonly tcp: boolean;
  /** Processes outside can be reached neither by signals nor by abstract Unix sockets. */
  readonly scope: boolean;
  /** The filter stands on every thread, and signals reach nobody outside, by it or by Landlock. */
  readonly syscalls: boolean;
  /** `node:ffi` was given up. */
  readonly ffiDropped: boolean;
}

/** What became of a plan. */
export interface LockdownReport {
  /** Version of Landlock that the kernel speaks; 0: none. */
  readonly landlockAbi: number;
  readonly layers: LockdownLayers;
  /** In the order in which they were tried. */
  readonly steps: readonly LockdownStep[];
  /** Denied names that no table knows; nothing denies them. */
  readonly unknownSyscalls: readonly string[];
  /** Denied names that this architecture lacks. */
  readonly absentSyscalls: readonly string[];
}
