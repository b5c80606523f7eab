import { describe, expect, it } from 'vitest';
import type { FfiModule } from '../../src/kernel/ffi-syscall-runner.ts';
import { createKernelLockdown, createLockdown } from '../../src/kernel/kernel-lockdown.ts';
import type { LockdownPlan, LockdownReport } from '../../src/kernel/lockdown-plan.ts';
import { prepareLockdown } from '../../src/kernel/prepare-lockdown.ts';
import { type Answer, type SimulatedCall, SimulatedKernel } from './simulated-kernel.ts';

const EPERM = -1;
const EACCES = -13;
const ENOSYS = -38;
const target = { platform: 'linux', arch: 'x64', pid: 4242 };

const plan: LockdownPlan = {
  dieWithParent: true,
  dropCapabilities: true,
  limits: { additionalDescriptors: 10, fileSizeBytes: 1000, memoryBytes: 1_000_000 },
  files: { readPaths: ['/srv/plugin'], writePaths: ['/srv/data'], denyTcp: true },
  syscalls: { deniedSyscalls: [], allowNetwork: false, allowSubprocess: false },
};

/** A kernel on which everything holds, but for the calls that `other` answers. */
function lockOn(
  other: Answer,
  request: LockdownPlan = plan,
): { report: LockdownReport; calls: SimulatedCall[] } {
  limit = new Uint8Array(16).fill(0xff);
  const kernel = new SimulatedKernel((call) => other(call) ?? answerAsLinux(call));
  return {
    report: createLockdown(kernel, target).apply(prepareLockdown(request, 'x64')),
    calls: kernel.calls,
  };
}

/** `openat` is asked for facts, for rules, and in self-tests; only the last must fail. */
function answerAsLinux({ name, args }: SimulatedCall): number | undefined {
  const path = args[1] instanceof Uint8Array ? Buffer.from(args[1]).toString('latin1').replace('\0', '') : '';
  switch (name) {
    case 'landlock_create_ruleset':
      return args[2] === 1n ? 7 : 5;
    case 'getppid':
      return 4200;
    case 'kill':
      return args[0] === 0n || args[0] === 4200n ? EPERM : 0;
    case 'openat':
      return path === '/' || path === '/dev/null' || args[2] === 0o1000n ? EACCES : 6;
    case 'read':
      return fill(args[1], 'VmData:\t  1000 kB\nRssAnon:\t  200 kB\n');
    case 'prctl':
      return args[0] === 39n ? 1 : 0;
    case 'prlimit64':
      return copyLimit(args);
    case 'bind':
    case 'truncate':
      return EACCES;
    case 'seccomp':
      return args[0] === 1n ? 0 : EPERM;
    case 'clone3':
      return ENOSYS;
    case 'ptrace':
    case 'unshare':
    case 'io_uring_setup':
    case 'mmap':
    case 'execve':
    case 'clone':
      return EPERM;
    case 'socket':
      return args[2] === 0xffn ? EPERM : 7;
    default:
      return undefined;
  }
}

/** What the simulated process was last limited to. */
let limit = new Uint8Array(16).fill(0xff);

function copyLimit([, , set, read]: SimulatedCall['args']): number {
  if (set instanceof Uint8Array) limit = new Uint8Array(set);
  if (read instanceof Uint8Array) read.set(limit);
  return 0;
}

function fill(bytes: SimulatedCall['args'][number] | undefined, text: string): number {
  if (bytes instanceof Uint8Array)
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).write(text, 'latin1');
  return text.length;
}

const isCall =
  (wanted: string, answer: number): Answer =>
  ({ name }) =>
    name === wanted ? answer : undefined;

describe('a layer counts as standing', () => {
  it('when it was applied and its self-tests passed', () => {
    const { report } = lockOn(() => undefined);
    expect(report.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(Object.entries(report.layers).filter(([, stands]) => !stands)).toEqual([['ffiDropped', false]]);
  });

  it('not when the plan does not ask for it', () => {
    const { report, calls } = lockOn(() => undefined, {});
    expect(Object.entries(report.layers).flatMap(([name, stands]) => (stands ? [name] : []))).toEqual([
      'noNewPrivileges',
      'coreDumps',
    ]);
    expect(calls.filter(({ name }) => name === 'seccomp' || name === 'landlock_restrict_self')).toEqual([]);
  });

  const AFFECTED = [
    [
      'Landlock is missing',
      isCall('landlock_create_ruleset', -95),
      { files: false, tcp: false, scope: false, syscalls: true },
    ],
    [
      'the ruleset is not taken on',
      isCall('landlock_restrict_self', EPERM),
      { files: false, tcp: false, scope: false, syscalls: true },
    ],
    ['no rule is taken', isCall('landlock_add_rule', -22), { files: false }],
    [
      'files outside can still be read',
      ({ name, args }) => (name === 'openat' && args[2] === 0o2_000_000n && isRoot(args[1]) ? 8 : undefined),
      { files: false, tcp: true },
    ],
    ['a port can still be bound', isCall('bind', 0), { tcp: false, files: true }],
    [
      'the parent can still be signalled',
      ({ name, args }) => (name === 'kill' && args[0] !== 0n ? 0 : undefined),
      { scope: false, files: true, syscalls: true },
    ],
    ['the filter is refused', isCall('seccomp', -22), { syscalls: false, files: true }],
    [
      'a file could still be emptied by opening it for reading',
      ({ name, args }) => (name === 'openat' && args[2] === 0o1000n ? -14 : undefined),
      { syscalls: false },
    ],
    ['a file could still be emptied by its path', isCall('truncate', -14), { syscalls: false }],
    [
      'Landlock does not know of truncating and the filter is refused',
      ({ name, args }) =>
        name === 'seccomp' ? -22 : name === 'landlock_create_ruleset' && args[2] === 1n ? 2 : undefined,
      { syscalls: false, files: false },
    ],
    [
      'a thread can not take the filter',
      ({ name, args }) => (name === 'seccomp' && args[0] === 1n ? 4243 : undefined),
      { syscalls: false },
    ],
    ['a program could still be run', isCall('execve', -14), { syscalls: false }],
    ['a process could still be made', isCall('clone', -22), { syscalls: false }],
    ['io_uring could still be opened', isCall('io_uring_setup', -14), { syscalls: false }],
    ['a socket could still be opened', isCall('socket', 9), { syscalls: false }],
    ['privileges could still be gained', isCall('prctl', -22), { noNewPrivileges: false }],
    [
      'limits are refused',
      isCall('prlimit64', EPERM),
      { descriptors: false, fileSize: false, memory: false, coreDumps: false },
    ],
    ['/proc can not be read', isCall('read', EACCES), { memory: false, fileSize: true }],
    [
      'the list of threads and files can not be read',
      isCall('getdents64', EACCES),
      { files: false, descriptors: false, memory: true },
    ],
  ] as const satisfies readonly (readonly [string, Answer, Partial<LockdownReport['layers']>])[];

  it.each(AFFECTED)('not when %s', (_, other, layers) => {
    const { report } = lockOn(other);
    expect(report.layers).toMatchObject(layers);
    expect(report.steps.filter(({ ok }) => !ok)).not.toEqual([]);
  });

  it('not when a limit is set but reads back as another', () => {
    const { report } = lockOn(({ name, args }) =>
      name === 'prlimit64' && args[2] instanceof Uint8Array ? 0 : undefined,
    );
    expect(report.layers).toMatchObject({ descriptors: false, memory: false });
  });
});

function isRoot(path: unknown): boolean {
  return path instanceof Uint8Array && path[0] === 0x2f && path[1] === 0;
}

it('says which paths grant nothing because they do not exist', () => {
  const { report } = lockOn(({ name, args }) => {
    const isData =
      args[1] instanceof Uint8Array && Buffer.from(args[1]).toString('latin1').startsWith('/srv/data');
    return name === 'openat2' && isData ? -2 : undefined;
  });
  expect(report.steps.find(({ step }) => step === 'landlock')).toEqual({
    step: 'landlock',
    ok: true,
    detail: 'ABI 7, 2 paths; nothing is granted for what does not exist or is a link: /srv/data',
  });
});

it('gives up root’s privileges, and counts that only when the kernel reports it', () => {
  const asRoot: Answer = ({ name, args }) =>
    name === 'read'
      ? fill(args[1], 'VmData:\t 1 kB\nRssAnon:\t 1 kB\nCapPrm:\t000001ffffffffff\n')
      : undefined;
  const { report, calls } = lockOn(asRoot);
  // All 41 but the two over files.
  expect(calls.filter(({ name, args }) => name === 'prctl' && args[0] === 24n)).toHaveLength(39);
  expect(calls.findLast(({ name }) => name === 'capset')?.args[1]).toEqual(
    Uint8Array.from({ length: 24 }, (_, index) => (index === 0 || index === 4 ? 0b110 : 0)),
  );
  expect(report.layers.capabilities).toBe(false);
  expect(report.steps.find(({ step }) => step === 'capabilities')?.detail).toContain('still reports');
});

it('tests only what the plan closes', () => {
  const { report } = lockOn(() => undefined, {
    files: { readPaths: ['/'], writePaths: ['/dev'], denyTcp: false },
    syscalls: { deniedSyscalls: [], allowNetwork: true, allowSubprocess: true, allowFurtherLockdown: true },
  });
  const tests = report.steps.flatMap(({ step }) =>
    step.startsWith('self-test: ') ? [step.slice('self-test: '.length)] : [],
  );
  expect(tests).toEqual([
    'older threads',
    'signalling the parent',
    'ptrace',
    'namespaces',
    'io_uring',
    'clone3',
    'a Unix socket',
    'emptying by opening for reading',
  ]);
});

it('leaves signals to Landlock where the guest may start processes, and counts on both', () => {
  const request = { ...plan, syscalls: { deniedSyscalls: [], allowNetwork: false, allowSubprocess: true } };
  expect(lockOn(() => undefined, request).report.layers).toMatchObject({ scope: true, syscalls: true });
  const signalled: Answer = ({ name, args }) => (name === 'kill' && args[0] === 4200n ? 0 : undefined);
  expect(lockOn(signalled, request).report.layers).toMatchObject({ scope: false, syscalls: false });
});

describe('the lockdown exists', () => {
  it.each([
    ['win32', 'x64'],
    ['linux', 'riscv64'],
  ])('not for %s on %s', (platform, arch) => {
    const build = (): unknown => createLockdown(new SimulatedKernel(() => 0), { platform, arch, pid: 1 });
    expect(build).toThrow(`not for ${platform} on ${arch}`);
  });
});

describe('node:ffi', () => {
  /** A C library whose calls all fail with EPERM. */
  function createFfi(): { ffi: FfiModule; closed: string[] } {
    const closed: string[] = [];
    const ffi: FfiModule = {
      dlopen: () => ({
        functions: { syscall: () => -1n, __errno_location: () => 64n },
        lib: { close: () => closed.push('lib') },
      }),
      getInt32: (pointer) => (pointer === 64n ? 1 : 0),
      getRawPointer: () => 4096n,
    };
    return { ffi, closed };
  }

  it('is given up at the end', () => {
    const { ffi, closed } = createFfi();
    const permission = { drop: (scope: string) => closed.push(scope) };
    const report = createKernelLockdown(ffi, { ...target, permission }).apply({});
    expect(closed).toEqual(['lib', 'ffi']);
    expect(report.layers).toMatchObject({ ffiDropped: true, noNewPrivileges: false });
    expect(report.steps[0]).toEqual({
      step: 'no-new-privileges',
      ok: false,
      errno: 1,
      detail: 'failed with EPERM',
    });
  });

  it('stays for a second plan when the first asks for that', () => {
    const { ffi, closed } = createFfi();
    const lockdown = createKernelLockdown(ffi, target);
    expect(lockdown.abi()).toBe(0);
    expect(lockdown.apply({ keepFfi: true }).layers.ffiDropped).toBe(false);
    expect(closed).toEqual([]);
  });

  it('can not be given up without the permission model, and the report says so', () => {
    const report = createKernelLockdown(createFfi().ffi, target).apply({});
    expect(report.steps.at(-1)).toMatchObject({ step: 'drop-ffi', ok: false });
  });

  it('must find the C library', () => {
    const { ffi } = createFfi();
    const without: FfiModule = { ...ffi, dlopen: () => ({ functions: {}, lib: { close: () => undefined } }) };
    expect(() => createKernelLockdown(without, target)).toThrow(/found no syscall\(\)/);
  });
});
