import type { LinuxArchitecture } from '../../src/kernel/linux-architecture.ts';
import { nameErrno } from '../../src/kernel/linux-errno.ts';
import { SyscallList } from '../../src/kernel/syscall-list.ts';
import { type SyscallArgument, type SyscallRunner, cString } from '../../src/kernel/syscall-runner.ts';

const HIGH_BITS = 0xffff_ffff_0000_0000n;
const AT_FDCWD = -100n;

/**
 * What code that already runs as machine code would try: calls that no JavaScript API makes, some with
 * garbage in the bits that the kernel ignores and a careless filter compares.
 */
export function rawAttacks(
  parent: number,
  own: number,
  outside: string,
): Readonly<Record<string, [string, ...SyscallArgument[]]>> {
  const pid = BigInt(parent);
  return {
    'ptrace attach': ['ptrace', 16n, pid, 0n, 0n],
    'read memory of the parent': ['process_vm_readv', pid, 0n, 0n, 0n, 0n, 0n],
    'write memory of the parent': ['process_vm_writev', pid, 0n, 0n, 0n, 0n, 0n],
    'pidfd of the parent': ['pidfd_open', pid, 0n],
    'signal the parent': ['kill', pid, 0n],
    'signal the parent, high bits set': ['kill', pid | HIGH_BITS, 0n],
    'signal everyone': ['kill', -1n, 0n],
    'signal a thread of the parent': ['tgkill', pid, pid, 0n],
    'signal another thread group': ['tkill', pid, 0n],
    'queue a signal': ['rt_sigqueueinfo', pid, 0n, new Uint8Array(128)],
    'own a descriptor signal': ['fcntl', 0n, 8n, pid],
    'own a descriptor signal, high bits set': ['fcntl', 0n, 8n | HIGH_BITS, pid],
    'type into the terminal': ['ioctl', 0n, 0x5412n, cString('x')],
    'type into the terminal, high bits set': ['ioctl', 0n, 0x5412n | HIGH_BITS, cString('x')],
    'limits of the parent': ['prlimit64', pid, 7n, new Uint8Array(16), 0n],
    'raise its own limit': ['prlimit64', 0n, 7n, new Uint8Array(16).fill(0x0f), 0n],
    'priority of the parent': ['setpriority', 0n, pid, 19n],
    'affinity of the parent': ['sched_setaffinity', pid, 8n, new Uint8Array(8).fill(1)],
    'leave the process group': ['setpgid', 0n, 0n],
    'leave the session': ['setsid'],
    io_uring: ['io_uring_setup', 8n, new Uint8Array(120)],
    'io_uring registration': ['io_uring_register', 3n, 0n, 0n, 0n],
    'asynchronous I/O': ['io_setup', 1n, new Uint8Array(8)],
    'run a program': ['execve', cString('/bin/true'), 0n, 0n],
    'run a descriptor': ['execveat', -1n, cString(''), 0n, 0n, 0x1000n],
    'clone a process, high bits set': ['clone', 0x800n | HIGH_BITS],
    'clone a process with a thread bit out of reach': ['clone', 0x1_0000_0000_0000n | 0x800n],
    'clone into a user namespace': ['clone', 0x1001_0000n],
    clone3: ['clone3', new Uint8Array(88), 88n],
    'user namespace': ['unshare', 0x1000_0000n],
    'join a namespace': ['setns', 0n, 0n],
    mount: ['mount', cString('none'), cString('/tmp'), cString('tmpfs'), 0n, 0n],
    'change root': ['chroot', cString('/')],
    'memory file': ['memfd_create', cString('x'), 0n],
    'shared memory': ['shmget', 0n, 4096n, 0o1600n],
    'message queue': ['mq_open', cString('/x'), 0o102n, 0o600n, 0n],
    'code from a file': ['mmap', 0n, 4096n, 5n, 2n, 0n, 0n],
    'code from a file, high bits set': ['mmap', 0n, 4096n, 4n | HIGH_BITS, 2n, 0n, 0n],
    eBPF: ['bpf', 0n, new Uint8Array(128), 128n],
    'performance events': ['perf_event_open', new Uint8Array(128), 0n, -1n, -1n, 0n],
    'user faults': ['userfaultfd', 1n],
    'kernel keys': ['keyctl', 0n, -3n, 0n],
    personality: ['personality', 0xffff_ffffn],
    'file handles': ['open_by_handle_at', AT_FDCWD, new Uint8Array(64), 0n],
    'another filter': ['seccomp', 1n, 0n, new Uint8Array(16)],
    'another ruleset': ['landlock_create_ruleset', 0n, 0n, 1n],
    'death signal of the parent': ['prctl', 1n, 0n],
    securebits: ['prctl', 28n, 0n],
    dumpable: ['prctl', 4n, 1n],
    tracer: ['prctl', 0x5961_6d61n, pid],
    'TCP socket': ['socket', 2n, 1n, 0n],
    'TCP socket, high bits set': ['socket', 2n | HIGH_BITS, 1n, 0n],
    'UDP socket': ['socket', 2n, 2n, 0n],
    'raw socket': ['socket', 2n, 3n, 1n],
    'packet socket': ['socket', 17n, 3n, 0n],
    'Unix socket': ['socket', 1n, 1n, 0n],
    vsock: ['socket', 40n, 1n, 0n],
    'kernel crypto socket': ['socket', 38n, 5n, 0n],
    'netlink socket': ['socket', 16n, 3n, 0n],
    'socket pair': ['socketpair', 1n, 1n, 0n, new Uint8Array(8)],
    'open outside': ['openat', AT_FDCWD, cString(outside), 0n],
    'open outside by openat2': ['openat2', AT_FDCWD, cString(outside), new Uint8Array(24), 24n],
    'open outside for writing': ['openat', AT_FDCWD, cString(outside), 0o2n],
    'mode of a file outside': ['fchmodat', AT_FDCWD, cString(outside), 0o666n],
    'times of a file outside': ['utimensat', AT_FDCWD, cString(outside), 0n, 0n],
    'attributes of a file outside': ['setxattr', cString(outside), cString('user.x'), cString('y'), 1n, 0n],
    'device node': ['mknodat', AT_FDCWD, cString('/tmp/null-device'), 0o20_666n, 0x103n],
    'watch a directory outside': ['inotify_add_watch', 0n, cString('/'), 0x100n],
    root: ['setresuid', 0n, 0n, 0n],
    capabilities: ['capset', new Uint8Array(8), new Uint8Array(24)],
    'memory of itself as a file': ['openat', AT_FDCWD, cString(`/proc/${own}/mem`), 0o2n],
    'memory of the parent as a file': ['openat', AT_FDCWD, cString(`/proc/${parent}/mem`), 0o2n],
    'newest system call': ['statmount'],
  };
}

/** Numbers of calls that the tables don't list. */
const NEWER_NUMBERS: Readonly<Record<string, number>> = { statmount: 457 };

/** Runs each attack alone; the error's name, or `succeeded`. */
export function runRawAttacks(
  runner: SyscallRunner,
  arch: LinuxArchitecture,
  attacks: ReturnType<typeof rawAttacks>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attacks).map(([name, [syscall, ...args]]) => {
      const number = NEWER_NUMBERS[syscall];
      if (number !== undefined) return [name, describe(runner.run([{ number, args }])[0])];
      const list = new SyscallList(arch);
      const call = list.add(syscall, ...args);
      list.run(runner);
      return [name, describe(list.result(call))];
    }),
  );
}

function describe(result: { readonly errno: number } | undefined): string {
  return result === undefined || result.errno === 0 ? 'succeeded' : nameErrno(result.errno);
}
