import { describe, expect, it } from 'vitest';
import {
  type LinuxArchitecture,
  findSyscallNumber,
  isSyscallName,
} from '../../src/kernel/linux-architecture.ts';
import {
  ALWAYS_DENIED,
  CONNECTION_CALLS,
  FILE_CHANGE_CALLS,
  METADATA_BY_PATH_CALLS,
} from '../../src/kernel/seccomp-denials.ts';
import { decideSyscall } from '../../src/kernel/seccomp-rule.ts';
import { type SeccompRequest, buildSeccompRules } from '../../src/kernel/seccomp-rules.ts';

const CLOSED: SeccompRequest = {
  arch: 'x64',
  deniedSyscalls: [],
  allowNetwork: false,
  allowSubprocess: false,
  afterExec: true,
  ownPid: 4242,
};
const HIGH_BITS = 0xdead_beef_0000_0000n;
const THREAD = 0x3d_0f00n;
const PROCESS = 0x0120_0011n;

/** `allow`, or the error number. */
function decide(request: Partial<SeccompRequest>, syscall: string, ...args: bigint[]): 'allow' | number {
  const action = decideSyscall(buildSeccompRules({ ...CLOSED, ...request }), syscall, args);
  if (action.type === 'kill-process') throw new Error(`${syscall} would end the process`);
  return action.type === 'allow' ? 'allow' : action.errno;
}

describe('what is denied under every policy', () => {
  const open = { allowNetwork: true, allowUnixSockets: true, allowSubprocess: true };

  it.each(ALWAYS_DENIED)('%s', (name) => {
    expect(isSyscallName(name)).toBe(true);
    const arch: LinuxArchitecture = findSyscallNumber('x64', name) === undefined ? 'arm64' : 'x64';
    expect(decide({ ...open, arch }, name)).toBe(1);
    expect(decide({ ...open, arch, afterExec: false, allowFurtherLockdown: true }, name)).toBe(1);
  });

  it('new namespaces, even together with a thread', () => {
    for (const bit of [
      0x2_0000n,
      0x200_0000n,
      0x400_0000n,
      0x800_0000n,
      0x1000_0000n,
      0x2000_0000n,
      0x4000_0000n,
    ]) {
      expect(decide(open, 'clone', THREAD | bit)).toBe(1);
    }
  });

  it('metadata of files by path, but not of open files', () => {
    for (const name of METADATA_BY_PATH_CALLS) expect(decide(open, name)).toBe(1);
    expect(decide(open, 'utimensat', 5n, 0x7fff_0000_1000n)).toBe(1);
    expect(decide(open, 'utimensat', 5n, 0n)).toBe('allow');
    expect(decide(open, 'fchmod', 5n)).toBe('allow');
  });
});

describe('processes', () => {
  it('fail, while threads start', () => {
    expect(decide({}, 'clone', THREAD)).toBe('allow');
    expect(decide({}, 'clone', PROCESS)).toBe(1);
    expect(decide({}, 'clone', PROCESS | HIGH_BITS)).toBe(1);
    expect(decide({}, 'clone', PROCESS | 0x1_0000_0000_0000n)).toBe(1);
    expect(['fork', 'vfork', 'execve', 'execveat'].map((name) => decide({}, name))).toEqual([1, 1, 1, 1]);
  });

  it('hide behind no clone3: it answers ENOSYS, so the C library falls back', () => {
    expect(decide({ allowSubprocess: true }, 'clone3')).toBe(38);
  });

  it('start where they may, and libraries of programs are mapped', () => {
    const request = { allowSubprocess: true };
    expect(decide(request, 'clone', PROCESS)).toBe('allow');
    expect(decide(request, 'execve')).toBe('allow');
    expect(decide(request, 'mmap', 0n, 4096n, 5n, 2n, 3n)).toBe('allow');
  });

  it('stay denied where the policy names them although subprocesses are allowed', () => {
    const request = { allowSubprocess: true, deniedSyscalls: ['fork', 'clone', 'execve'] };
    expect(decide(request, 'clone', PROCESS)).toBe(1);
    expect(decide(request, 'clone', THREAD)).toBe('allow');
    expect(decide(request, 'execve')).toBe(1);
  });

  it('may be told to start no threads either', () => {
    expect(decide({ allowThreads: false }, 'clone', THREAD)).toBe(1);
  });

  it('can be exec’d once when the filter comes before the guest’s program', () => {
    const request = { afterExec: false, deniedSyscalls: ['execve', 'execveat'] };
    expect(decide(request, 'execve')).toBe('allow');
    expect(decide(request, 'execveat')).toBe(1);
    expect(decide(request, 'mmap', 0n, 4096n, 5n, 2n, 3n)).toBe('allow');
  });
});

describe('emptying files', () => {
  const O_RDONLY = 0n;
  const O_WRONLY = 1n;
  const O_RDWR = 2n;
  const O_TRUNC = 0o1000n;
  const O_CREAT = 0o100n;

  it.each([{}, { allowSubprocess: true }, { allowFileWrite: false, allowSubprocess: true }])(
    'is refused where it is hidden in opening for reading (%j)',
    (request) => {
      for (const [name, ...before] of [['open', 0n] as const, ['openat', 5n, 0n] as const]) {
        expect(decide(request, name, ...before, O_RDONLY | O_TRUNC)).toBe(13);
        expect(decide(request, name, ...before, O_RDONLY | O_TRUNC | O_CREAT | HIGH_BITS)).toBe(13);
        expect(decide(request, name, ...before, O_RDONLY)).toBe('allow');
      }
    },
  );

  it('works by whoever opens for writing, which Landlock confines', () => {
    expect(decide({}, 'openat', 5n, 0n, O_WRONLY | O_TRUNC | O_CREAT)).toBe('allow');
    expect(decide({}, 'openat', 5n, 0n, O_RDWR | O_TRUNC)).toBe('allow');
    expect(decide({}, 'ftruncate', 5n)).toBe('allow');
  });

  it('is refused by path unless Landlock is known to confine that', () => {
    expect(decide({}, 'truncate')).toBe(13);
    expect(decide({ allowTruncateByPath: true }, 'truncate')).toBe('allow');
    expect(decide({ allowTruncateByPath: true, allowFileWrite: false }, 'truncate')).toBe(1);
  });
});

describe('the network', () => {
  it('is closed by every call that makes a connection', () => {
    for (const name of [...CONNECTION_CALLS, 'socketpair']) expect(decide({}, name, 1n)).toBe(1);
    for (const name of ['sendmsg', 'recvmsg', 'getsockopt', 'getsockname', 'shutdown'])
      expect(decide({}, name)).toBe('allow');
  });

  it('let a debugger come to a socket that listens already, and nothing else', () => {
    const debugged = { allowAccept: true };
    for (const name of ['accept', 'accept4']) expect(decide(debugged, name, 1n)).toBe('allow');
    for (const name of ['bind', 'connect', 'listen', 'socket', 'socketpair'])
      expect(decide(debugged, name, 1n)).toBe(1);
  });

  it.each([
    ['TCP', [2n, 1n, 0n], 'allow'],
    ['TCP over IPv6', [10n, 0x8_0801n, 6n], 'allow'],
    ['UDP', [2n, 2n, 0n], 'allow'],
    ['raw IP', [2n, 3n, 1n], 1],
    ['raw IP, flags set', [2n, 0x8_0803n, 1n], 1],
    ['Unix', [1n, 1n, 0n], 97],
    ['packets', [17n, 3n, 0n], 1],
    ['the kernel’s crypto', [38n, 5n, 0n], 97],
    ['virtual machines', [40n, 1n, 0n], 97],
    ['the list of interfaces', [16n, 3n, 0n], 'allow'],
    ['the kernel’s audit', [16n, 3n, 9n], 1],
  ] as const)('where it is allowed: %s', (_, args, expected) => {
    expect(decide({ allowNetwork: true }, 'socket', ...args)).toBe(expected);
    expect(decide({ allowNetwork: true }, 'socket', ...args.map((value) => value | HIGH_BITS))).toBe(
      expected,
    );
  });

  it('can be Unix sockets alone', () => {
    const request = { allowUnixSockets: true };
    expect(decide(request, 'socket', 1n, 1n)).toBe('allow');
    expect(decide(request, 'socket', 2n, 1n)).toBe(97);
    expect(decide(request, 'connect')).toBe('allow');
  });
});

describe('signals', () => {
  it('reach the guest alone', () => {
    for (const name of ['kill', 'tgkill', 'tkill']) {
      expect(decide({}, name, 4242n)).toBe('allow');
      expect(decide({}, name, 4242n | HIGH_BITS)).toBe('allow');
      for (const pid of [0n, 1n, 4241n, 0xffff_ffffn, 0xffff_ffff_ffff_ffffn, BigInt.asUintN(64, -4242n)]) {
        expect(decide({}, name, pid)).toBe(1);
      }
    }
  });

  it('are left to a namespace where the guest’s number is not known', () => {
    const request = {
      arch: 'x64',
      deniedSyscalls: [],
      allowNetwork: false,
      allowSubprocess: false,
      afterExec: false,
    } as const;
    expect(decideSyscall(buildSeccompRules(request), 'kill', [1n])).toEqual({ type: 'allow' });
  });

  it('by descriptors and terminals fail, whatever the bits that the kernel ignores', () => {
    for (const command of [8n, 10n, 15n, 1024n, 1026n]) {
      expect(decide({}, 'fcntl', 0n, command)).toBe(1);
      expect(decide({}, 'fcntl', 0n, command | HIGH_BITS)).toBe(1);
    }
    expect(decide({}, 'ioctl', 0n, 0x5412n | HIGH_BITS)).toBe(1);
    expect(decide({}, 'ioctl', 0n, 0x5413n)).toBe('allow');
  });
});

describe('files', () => {
  const O_TRUNC_ALONE = 0o1000n;
  const WRITES = [0o1n, 0o2n, 0o100n, O_TRUNC_ALONE, 0o2_000_002n, 0o20_200_001n];

  it('may be written unless the policy says no', () => {
    for (const flags of WRITES.filter((each) => each !== O_TRUNC_ALONE))
      expect(decide({}, 'openat', 0n, 0n, flags)).toBe('allow');
    expect(decide({}, 'rename')).toBe('allow');
  });

  it('change in no way where they may not', () => {
    const request = { allowFileWrite: false };
    for (const flags of WRITES) {
      expect(decide(request, 'openat', 0n, 0n, flags)).toBe(13);
      expect(decide(request, 'open', 0n, flags)).toBe(13);
    }
    expect(decide(request, 'openat', 0n, 0n, 0o2_000_000n)).toBe('allow');
    for (const name of FILE_CHANGE_CALLS) expect(decide(request, name)).toBe(1);
  });

  it('open by no call whose flags a filter can’t see', () => {
    expect(decide({}, 'openat2')).toBe(38);
  });

  it('become no code, while the engine’s own memory may', () => {
    expect(decide({}, 'mmap', 0n, 4096n, 5n, 2n, 3n)).toBe(1);
    expect(decide({}, 'mmap', 0n, 4096n, 4n | HIGH_BITS, 1n, 3n)).toBe(1);
    expect(decide({}, 'mmap', 0n, 4096n, 7n, 0x22n, 0xffff_ffffn)).toBe('allow');
    expect(decide({}, 'mmap', 0n, 4096n, 3n, 2n, 3n)).toBe('allow');
    expect(decide({}, 'mprotect', 0n, 4096n, 5n)).toBe('allow');
  });
});

describe('limits and filters', () => {
  it('can’t be changed once the last layer stands', () => {
    expect(['seccomp', 'setrlimit', 'landlock_restrict_self'].map((name) => decide({}, name))).toEqual([
      1, 1, 1,
    ]);
    expect(decide({}, 'prlimit64', 0n, 7n, 0x7fff_0000n)).toBe(1);
    expect(decide({}, 'prlimit64', 0n, 7n, 0n, 0x7fff_0000n)).toBe('allow');
    expect(decide({}, 'prctl', 15n)).toBe('allow');
    expect(decide({}, 'prctl', 4n)).toBe(1);
  });

  it('can while more layers follow', () => {
    const request = { allowFurtherLockdown: true };
    expect(['seccomp', 'prctl', 'landlock_restrict_self'].map((name) => decide(request, name, 4n))).toEqual([
      'allow',
      'allow',
      'allow',
    ]);
    expect(decide(request, 'prlimit64', 0n, 7n, 0x7fff_0000n)).toBe('allow');
  });
});

describe('names that a policy denies', () => {
  it('come before every exception', () => {
    expect(decide({ deniedSyscalls: ['prctl', 'kill'] }, 'prctl', 15n)).toBe(1);
    expect(decide({ deniedSyscalls: ['prctl', 'kill'] }, 'kill', 4242n)).toBe(1);
  });

  it('are told apart: misspelt, missing on this architecture, newer than the tables', () => {
    const deniedSyscalls = ['read', 'raed', 'fork', 'mseal'];
    expect(buildSeccompRules({ ...CLOSED, arch: 'arm64', deniedSyscalls })).toMatchObject({
      unknownSyscalls: ['raed'],
      absentSyscalls: ['fork', 'mseal'],
    });
  });
});
