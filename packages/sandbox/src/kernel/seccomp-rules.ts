/**
 * From what a policy allows to the rules of a filter, in the order in which they are tried.
 *
 * The names that a policy denies come first, so nothing below can let them through again. Arguments
 * that are pointers can't be read by a filter; calls that hide their flags behind one (`clone3`,
 * `openat2`) answer ENOSYS, and every C library then falls back to the older call.
 *
 * @module
 */

import { type LinuxArchitecture, findSyscallNumber, isSyscallName } from './linux-architecture.ts';
import { LinuxErrno } from './linux-errno.ts';
import {
  ALWAYS_DENIED,
  ACCEPT_CALLS,
  CONNECTION_CALLS,
  FILE_CHANGE_CALLS,
  LOCKDOWN_CALLS,
  METADATA_BY_PATH_CALLS,
  NEWER_CALLS,
  PROCESS_CALLS,
  PROGRAM_CALLS,
} from './seccomp-denials.ts';
import {
  ALLOW,
  type ArgumentTest,
  type SeccompFilter,
  type SeccompRule,
  bitsClear,
  failWith,
  intEquals,
  someBitSet,
} from './seccomp-rule.ts';

/** What a filter is derived from; plain data. */
export interface SeccompRequest {
  readonly arch: LinuxArchitecture;
  /** Names that fail on top of everything else. `fork`, `vfork` and `clone` mean making processes. */
  readonly deniedSyscalls: readonly string[];
  /** Whether TCP and UDP sockets may be opened. */
  readonly allowNetwork: boolean;
  /** Whether Unix sockets may be opened. They reach daemons of this machine. @defaultValue false */
  readonly allowUnixSockets?: boolean;
  /** Whether sockets that listen already, a debugger's, take connections. None can be made all the same. @defaultValue false */
  readonly allowAccept?: boolean;
  readonly allowSubprocess: boolean;
  /** Whether threads may start. Node's file calls and Workers need them. @defaultValue true */
  readonly allowThreads?: boolean;
  /** Whether files may be changed at all; which ones, Landlock decides. @defaultValue true */
  readonly allowFileWrite?: boolean;
  /**
   * Whether files may be emptied or cut by path (`truncate`), which Landlock confines from its version 3 on, and
   * nothing else does before. Open files are cut all the same. @defaultValue false
   */
  readonly allowTruncateByPath?: boolean;
  /**
   * Whether the filter is installed in the running guest. A filter that is installed before must let
   * the guest's program start, load its libraries, and lock itself down further.
   */
  readonly afterExec: boolean;
  /** Whether more layers will follow in the guest. @defaultValue the opposite of `afterExec` */
  readonly allowFurtherLockdown?: boolean;
  /** The only process that may be signalled. Without it signals are not filtered: something else must confine them. */
  readonly ownPid?: number;
}

/** The rules, and what became of the names that the policy denies. */
export interface SeccompRules extends SeccompFilter {
  /** Names that no table knows: most likely misspelt, and not denied by any rule. */
  readonly unknownSyscalls: readonly string[];
  /** Names that this architecture lacks; there is nothing to deny. */
  readonly absentSyscalls: readonly string[];
}

/** Bits and numbers of the kernel's headers that rules compare, equal on both architectures. */
const CLONE_THREAD = 0x1_0000;
const CLONE_NAMESPACES = 0x7e02_0000;
const PROT_EXEC = 0x4;
const MAP_ANONYMOUS = 0x20;
const OPEN_FOR_WRITING = 0o1103; // O_WRONLY | O_RDWR | O_CREAT | O_TRUNC
const ACCESS_MODE = 0o3n;
const O_TRUNC = 0o1000n;
const ADDRESS_FAMILIES = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
const SOCKET_TYPE_BITS = 0xfn;
const SOCK_RAW = 3n;
/** F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: signals to whoever is named. */
const SIGNALLING_FCNTLS = [8, 10, 15, 1024, 1026] as const;
/** TIOCSTI, TIOCLINUX, TIOCSCTTY type into a terminal; FIOSETOWN, SIOCSPGRP send signals. */
const REACHING_IOCTLS = [0x5412, 0x541c, 0x540e, 0x8901, 0x8902] as const;
/** PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_CAPBSET_READ, PR_SET/GET_NO_NEW_PRIVS, PR_SET_VMA. */
const HARMLESS_PRCTLS = [3, 15, 16, 21, 23, 38, 39, 0x5356_4d41] as const;

const EPERM = failWith(LinuxErrno.EPERM);
const ENOSYS = failWith(LinuxErrno.ENOSYS);

/** Derives the rules of a filter. */
export function buildSeccompRules(request: SeccompRequest): SeccompRules {
  const { arch, afterExec, deniedSyscalls } = request;
  const furtherLockdown = request.allowFurtherLockdown ?? !afterExec;
  const rules = [
    ...denyByPolicy(deniedSyscalls, afterExec),
    ...deny(ALWAYS_DENIED),
    ...processRules(request),
    ...networkRules(request),
    ...fileRules(request, furtherLockdown),
    ...signalRules(request.ownPid),
    ...(afterExec && !request.allowSubprocess ? codeRules() : []),
    ...(furtherLockdown ? [] : lastLayerRules()),
    ...REACHING_IOCTLS.map((command) => denyWhen('ioctl', intEquals(1, command))),
    ...SIGNALLING_FCNTLS.map((command) => denyWhen('fcntl', intEquals(1, command))),
  ];
  const exists = (name: string): boolean => findSyscallNumber(arch, name) !== undefined;
  const isKnown = (name: string): boolean => isSyscallName(name) || NEWER_CALLS.includes(name);
  return {
    arch,
    rules: rules.filter((rule) => exists(rule.syscall)),
    unknownSyscalls: deniedSyscalls.filter((name) => !isKnown(name)),
    absentSyscalls: deniedSyscalls.filter((name) => isKnown(name) && !exists(name)),
  };
}

/** `clone` is denied for processes only; `execve` can't be denied before the guest's program has started. */
function denyByPolicy(names: readonly string[], afterExec: boolean): SeccompRule[] {
  return names.flatMap((name) => {
    if (name === 'clone') return [denyWhen('clone', bitsClear(0, CLONE_THREAD))];
    if (name === 'execve' && !afterExec) return [];
    return deny([name]);
  });
}

function processRules({ allowSubprocess, allowThreads = true, afterExec }: SeccompRequest): SeccompRule[] {
  return [
    { syscall: 'clone3', action: ENOSYS },
    denyWhen('clone', someBitSet(0, CLONE_NAMESPACES)),
    ...(allowThreads ? [] : [denyWhen('clone', someBitSet(0, CLONE_THREAD))]),
    ...(allowSubprocess
      ? []
      : [
          denyWhen('clone', bitsClear(0, CLONE_THREAD)),
          ...deny(PROCESS_CALLS),
          ...deny(PROGRAM_CALLS.filter((name) => afterExec || name !== 'execve')),
        ]),
  ];
}

function networkRules({
  allowNetwork,
  allowSubprocess,
  allowUnixSockets = false,
  allowAccept = false,
}: SeccompRequest): SeccompRule[] {
  // A pair reaches nobody else; libuv speaks to the processes it starts through one.
  const pairs = allowSubprocess || allowUnixSockets ? [] : deny(['socketpair']);
  if (!allowNetwork && !allowUnixSockets) {
    const denied = CONNECTION_CALLS.filter((name) => !allowAccept || !ACCEPT_CALLS.includes(name));
    return [...pairs, ...deny(denied)];
  }
  const { unix, inet, inet6, netlink } = ADDRESS_FAMILIES;
  const isRaw = { argument: 1, mask: SOCKET_TYPE_BITS, operator: 'equal', value: SOCK_RAW } as const;
  return [
    ...pairs,
    ...(allowUnixSockets ? [allowWhen('socket', intEquals(0, unix))] : []),
    ...(allowNetwork
      ? [
          // The list of interfaces and addresses, which name resolution reads.
          allowWhen('socket', intEquals(0, netlink), intEquals(2, 0)),
          denyWhen('socket', isRaw),
          allowWhen('socket', intEquals(0, inet)),
          allowWhen('socket', intEquals(0, inet6)),
        ]
      : []),
    { syscall: 'socket', action: failWith(LinuxErrno.EAFNOSUPPORT) },
  ];
}

function fileRules(
  { allowFileWrite = true, allowSubprocess, allowTruncateByPath = false }: SeccompRequest,
  furtherLockdown: boolean,
): SeccompRule[] {
  const readOnly = failWith(LinuxErrno.EACCES);
  const openRules = [
    { syscall: 'open', action: readOnly, when: [someBitSet(1, OPEN_FOR_WRITING)] },
    { syscall: 'openat', action: readOnly, when: [someBitSet(2, OPEN_FOR_WRITING)] },
  ];
  return [
    // Landlock's rules are made with it, for paths that no link may redirect.
    ...(furtherLockdown ? [] : [{ syscall: 'openat2', action: ENOSYS }]),
    ...deny(METADATA_BY_PATH_CALLS),
    ...(allowFileWrite
      ? // Without a path the times of an open file are set.
        [{ syscall: 'utimensat', action: EPERM, when: [someBitSetInPointer(1)] }]
      : [
          ...deny(FILE_CHANGE_CALLS),
          // A filter sees no path, and every program opens the null device for writing: there, Landlock decides.
          ...(allowSubprocess ? [] : openRules),
        ]),
    // To open for reading and yet empty the file, no program asks; Landlock before version 3 would let it.
    { syscall: 'open', action: readOnly, when: [emptiesWhatItReads(1)] },
    { syscall: 'openat', action: readOnly, when: [emptiesWhatItReads(2)] },
    ...(allowTruncateByPath ? [] : [{ syscall: 'truncate', action: readOnly }]),
  ];
}

function emptiesWhatItReads(argument: number): ArgumentTest {
  return { argument, mask: ACCESS_MODE | O_TRUNC, operator: 'equal', value: O_TRUNC };
}

function signalRules(ownPid: number | undefined): SeccompRule[] {
  if (ownPid === undefined) return [];
  return ['kill', 'tgkill', 'tkill'].flatMap((syscall) => [
    allowWhen(syscall, intEquals(0, ownPid)),
    ...deny([syscall]),
  ]);
}

/**
 * No file may become code, so no add-on can be loaded; V8's own code lives in anonymous memory. Where other
 * programs may run, their libraries must be mapped so, and the rule can't stand.
 */
function codeRules(): SeccompRule[] {
  return [denyWhen('mmap', someBitSet(2, PROT_EXEC), bitsClear(3, MAP_ANONYMOUS))];
}

function lastLayerRules(): SeccompRule[] {
  return [
    ...deny(LOCKDOWN_CALLS),
    denyWhen('prlimit64', someBitSetInPointer(2)),
    ...HARMLESS_PRCTLS.map((option) => allowWhen('prctl', intEquals(0, option))),
    ...deny(['prctl']),
  ];
}

function deny(names: readonly string[]): SeccompRule[] {
  return names.map((syscall) => ({ syscall, action: EPERM }));
}

function denyWhen(syscall: string, ...when: SeccompRule['when'] & {}): SeccompRule {
  return { syscall, action: EPERM, when };
}

function allowWhen(syscall: string, ...when: SeccompRule['when'] & {}): SeccompRule {
  return { syscall, action: ALLOW, when };
}

/** The pointer is not null. */
function someBitSetInPointer(argument: number): NonNullable<SeccompRule['when']>[number] {
  return { argument, mask: 0xffff_ffff_ffff_ffffn, operator: 'not-equal', value: 0n };
}
