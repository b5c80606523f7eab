/**
 * Compiles filters in the host, with the calls that try them once they stand.
 *
 * Compiling takes a guest, which runs all of its code for the first time, some milliseconds of its start. The host does
 * it once for each policy. Only the guest's own process id is filled in there.
 *
 * @module
 */
import { Buffer } from 'node:buffer';
import { findSyscallNumber } from './linux-architecture.ts';
import { LinuxErrno } from './linux-errno.ts';
import { OWN_PID, type PreparedFilter } from './prepared-filter.ts';
import { compileSeccompFilter } from './seccomp-filter.ts';
import { type SeccompRequest, buildSeccompRules } from './seccomp-rules.ts';

/** What a filter is prepared from. Which process may be signalled is its guest's to fill in. */
export type FilterRequest = Omit<SeccompRequest, 'ownPid' | 'afterExec'> & {
  /** Whether the guest may signal itself alone. Otherwise something else must confine signals. */
  readonly confinesSignals: boolean;
};

const MAX_KEPT = 16;
const kept = new Map<string, PreparedFilter>();

/** Compiles a filter, or answers the one that was compiled for the same request. */
export function prepareFilter(request: FilterRequest): PreparedFilter {
  const key = JSON.stringify(request);
  const known = kept.get(key);
  if (known !== undefined) return known;
  const prepared = prepare(request);
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(key, prepared);
  return prepared;
}

function prepare({ confinesSignals, ...request }: FilterRequest): PreparedFilter {
  const full: SeccompRequest = {
    ...request,
    afterExec: true,
    ...(confinesSignals ? { ownPid: OWN_PID } : {}),
  };
  const { unknownSyscalls, absentSyscalls, ...filter } = buildSeccompRules(full);
  const program = compileSeccompFilter(filter);
  const probes = PROBES.filter(({ appliesTo }) => appliesTo(full)).flatMap(
    ({ step, syscall, args, expected }) => {
      const number = findSyscallNumber(full.arch, syscall);
      return number === undefined ? [] : [{ step, number, args: args.map(String), errno: expected }];
    },
  );
  return { program: Buffer.from(program).toString('base64'), probes, unknownSyscalls, absentSyscalls };
}

/** A call without effect: were the filter not there, it would fail with another error. */
interface ProbeRule {
  readonly step: string;
  readonly syscall: string;
  readonly args: readonly bigint[];
  readonly expected: LinuxErrno;
  readonly appliesTo: (request: SeccompRequest) => boolean;
}

const isAlways = (): boolean => true;
const isSubprocessDenied = ({ allowSubprocess }: SeccompRequest): boolean => !allowSubprocess;
const isUnixDenied = ({ allowUnixSockets = false }: SeccompRequest): boolean => !allowUnixSockets;
const hasOwnPid = ({ ownPid }: SeccompRequest): boolean => ownPid !== undefined;
const isLastLayer = ({ allowFurtherLockdown = false }: SeccompRequest): boolean => !allowFurtherLockdown;

const { EPERM, EACCES, ENOSYS } = LinuxErrno;

/** Arguments such that the kernel itself would answer EINVAL, EFAULT, EBADF, ESRCH, or succeed without effect. */
const PROBES: readonly ProbeRule[] = [
  { step: 'ptrace', syscall: 'ptrace', args: [16n, 0n], expected: EPERM, appliesTo: isAlways },
  { step: 'namespaces', syscall: 'unshare', args: [0n], expected: EPERM, appliesTo: isAlways },
  { step: 'io_uring', syscall: 'io_uring_setup', args: [0n, 0n], expected: EPERM, appliesTo: isAlways },
  { step: 'signalling its group', syscall: 'kill', args: [0n, 0n], expected: EPERM, appliesTo: hasOwnPid },
  // PROT_EXEC of descriptor -1.
  {
    step: 'code from a file',
    syscall: 'mmap',
    args: [0n, 4096n, 4n, 2n, -1n, 0n],
    expected: EPERM,
    appliesTo: isSubprocessDenied,
  },
  {
    step: 'running a program',
    syscall: 'execve',
    args: [0n, 0n, 0n],
    expected: EPERM,
    appliesTo: isSubprocessDenied,
  },
  // CLONE_SIGHAND without CLONE_VM makes no process anywhere.
  {
    step: 'making a process',
    syscall: 'clone',
    args: [0x800n],
    expected: EPERM,
    appliesTo: isSubprocessDenied,
  },
  { step: 'clone3', syscall: 'clone3', args: [0n, 0n], expected: ENOSYS, appliesTo: isAlways },
  {
    step: 'a TCP socket',
    syscall: 'socket',
    args: [2n, 1n, 0xffn],
    expected: EPERM,
    appliesTo: ({ allowNetwork, allowUnixSockets = false }) => !allowNetwork && !allowUnixSockets,
  },
  {
    step: 'a Unix socket',
    syscall: 'socket',
    args: [1n, 0xfn, 0n],
    expected: LinuxErrno.EAFNOSUPPORT,
    appliesTo: (request) => request.allowNetwork && isUnixDenied(request),
  },
  {
    step: 'opening for writing',
    syscall: 'openat',
    args: [-1n, 0n, 1n],
    expected: EACCES,
    // With programs, Landlock decides: seccomp-rules.ts says why.
    appliesTo: ({ allowFileWrite = true, allowSubprocess }) => !allowFileWrite && !allowSubprocess,
  },
  // Both name no file: without the filter the kernel would answer EFAULT.
  {
    step: 'emptying by opening for reading',
    syscall: 'openat',
    args: [-1n, 0n, 0o1000n],
    expected: EACCES,
    appliesTo: isAlways,
  },
  {
    step: 'emptying by path',
    syscall: 'truncate',
    args: [0n, 0n],
    expected: EACCES,
    appliesTo: ({ allowFileWrite = true, allowTruncateByPath = false }) =>
      allowFileWrite && !allowTruncateByPath,
  },
  { step: 'another filter', syscall: 'seccomp', args: [99n], expected: EPERM, appliesTo: isLastLayer },
];
