import type { LinuxErrno } from './linux-errno.ts';

/** One call that tries a filter. */
export interface FilterProbe {
  readonly step: string;
  readonly number: number;
  /** As decimal text: some do not fit a number. */
  readonly args: readonly string[];
  /** The error that shows that the filter has refused it. */
  readonly errno: LinuxErrno;
}

/** A filter, ready to be installed. Plain data, so the host can send it. */
export interface PreparedFilter {
  /** `struct sock_filter` of each instruction, in base64, with {@link OWN_PID} where the guest's process id goes. */
  readonly program: string;
  readonly probes: readonly FilterProbe[];
  /** Denied names that no table knows; nothing denies them. */
  readonly unknownSyscalls: readonly string[];
  /** Denied names that this architecture lacks. */
  readonly absentSyscalls: readonly string[];
}

/** Stands for the guest's process id. The kernel gives out none above 2^22 (PID_MAX_LIMIT). */
export const OWN_PID = 0x7ffe_c0de;
