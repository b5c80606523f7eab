import { type LinuxArchitecture, findSyscallNumber } from './linux-architecture.ts';
import { LinuxErrno, nameErrno } from './linux-errno.ts';
import type { LockdownStep } from './lockdown-plan.ts';
import { compileSeccompFilter } from './seccomp-filter.ts';
import { type SeccompRequest, type SeccompRules, buildSeccompRules } from './seccomp-rules.ts';
import type { SyscallList } from './syscall-list.ts';
import type { ResultOf } from './syscall-runner.ts';

/** `SECCOMP_SET_MODE_FILTER` and `SECCOMP_FILTER_FLAG_TSYNC`: for all threads or for none. */
const SET_MODE_FILTER = 1n;
const ALL_THREADS = 1n;
const BYTES_PER_INSTRUCTION = 8;

/** A call without effect: were the filter not there, it would fail with another error. */
interface Probe {
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
const PROBES: readonly Probe[] = [
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
  { step: 'another filter', syscall: 'seccomp', args: [99n], expected: EPERM, appliesTo: isLastLayer },
];

/** Whether the filter stands, and what showed it. */
export interface SeccompVerdict {
  readonly steps: readonly LockdownStep[];
  readonly stands: boolean;
  readonly rules: SeccompRules;
}

/** Adds the calls that install and test a filter; the function returned judges their results. */
export function addSeccompCalls(list: SyscallList, request: SeccompRequest): () => SeccompVerdict {
  const rules = buildSeccompRules(request);
  const program = compileSeccompFilter(rules);
  const header = encodeProgramHeader(program);
  list.keep(program, header, 8);
  const installed = list.add('seccomp', SET_MODE_FILTER, ALL_THREADS, header);
  const probes = PROBES.filter(
    ({ syscall, appliesTo }) => appliesTo(request) && findSyscallNumber(request.arch, syscall) !== undefined,
  ).map((probe) => ({ ...probe, call: list.add(probe.syscall, ...probe.args) }));
  return () => {
    const tests = probes.map(({ step, expected, call }) => judgeProbe(list, step, expected, call));
    const install = judgeInstallation(list, installed, program.length / BYTES_PER_INSTRUCTION, request.arch);
    const steps = [install, ...tests];
    return { steps, stands: steps.every(({ ok }) => ok), rules };
  };
}

function judgeInstallation(
  list: SyscallList,
  call: ResultOf,
  instructions: number,
  arch: LinuxArchitecture,
): LockdownStep {
  const { value, errno } = list.result(call);
  if (errno !== 0) return { step: 'seccomp', ok: false, errno, detail: `failed with ${nameErrno(errno)}` };
  if (value !== 0) {
    return {
      step: 'seccomp',
      ok: false,
      detail: `thread ${String(value)} has a filter of its own and can't take another`,
    };
  }
  return {
    step: 'seccomp',
    ok: true,
    detail: `${String(instructions)} instructions for ${arch}, on all threads`,
  };
}

function judgeProbe(list: SyscallList, name: string, expected: LinuxErrno, call: ResultOf): LockdownStep {
  const { errno } = list.result(call);
  const step = `self-test: ${name}`;
  if (errno === expected) return { step, ok: true, detail: `refused with ${nameErrno(errno)}` };
  const seen = errno === 0 ? 'it succeeded' : nameErrno(errno);
  return { step, ok: false, errno, detail: `${seen} instead of ${nameErrno(expected)}` };
}

/** `struct sock_fprog`; the address of the program is filled in when it is known. */
function encodeProgramHeader(program: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(16);
  new DataView(header.buffer).setUint16(0, program.length / BYTES_PER_INSTRUCTION, true);
  return header;
}
