/** What one sandbox used so far, measured. */
export interface ResourceUsage {
  /** Memory now: resident anonymous memory of the guest, in mebibytes. */
  readonly memoryMb: number;
  /** The highest memory seen, in mebibytes. */
  readonly peakMemoryMb: number;
  /** CPU time used, user and system together, in seconds. */
  readonly cpuSeconds: number;
  /** Share of one core over the sandbox's life, in percent. */
  readonly cpuPercent: number;
  /** Wall-clock time with at least one call running, in seconds. */
  readonly executionTimeSec: number;
  /** Calls started. */
  readonly calls: number;
  /** Calls that ended in an error. */
  readonly errors: number;
  /** Denied acts that were recorded. */
  readonly violations: number;
}
