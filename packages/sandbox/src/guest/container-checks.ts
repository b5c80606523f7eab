/**
 * Runs in the guest, before any plugin code: looks whether its container is what was ordered. Engines take
 * some orders and do not carry them out (a limit without its cgroup, a flag that an older version ignores),
 * so what counts is what the kernel shows.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { ContainerExpectations, StepReport } from './guest-plan.ts';

/** Files that are read for it. */
export const CHECKED_PATHS: readonly string[] = [
  '/proc/self/mountinfo',
  '/proc/self/net/dev',
  '/proc/self/status',
  '/sys/fs/cgroup',
];

/** What is looked at. */
export type ContainerCheck =
  | 'memory'
  | 'swap'
  | 'cpu'
  | 'pids'
  | 'network'
  | 'root'
  | 'user'
  | 'capabilities'
  | 'privileges'
  | 'seccomp'
  | 'processes';

type Read = (path: string) => string;
type Check = (expected: ContainerExpectations, read: Read) => string;

/** The first of the files that is there: cgroups lie elsewhere in version 1 than in 2. */
function readFirst(read: Read, paths: readonly string[]): string {
  for (const path of paths) {
    try {
      return read(path).trim();
    } catch {
      // The other version.
    }
  }
  throw new Error(`none of ${paths.join(', ')} can be read`);
}

function assertAtMost(what: string, found: string, limit: number): string {
  const value = found === 'max' ? Infinity : Number(found);
  if (!(value <= limit)) throw new Error(`${what} is ${found}, and was to be at most ${String(limit)}`);
  return `${what} ${found}`;
}

function assertStatus(read: Read, field: string, expected: RegExp): string {
  const line = read('/proc/self/status')
    .split('\n')
    .find((each) => each.startsWith(`${field}:`));
  const value = line?.slice(field.length + 1).trim() ?? '';
  if (!expected.test(value)) throw new Error(`${field} is ${value}`);
  return `${field} ${value}`;
}

/** Rounding of the quota to whole microseconds. */
const CPU_TOLERANCE = 1.001;
/** The kernel counts memory in pages. */
const PAGE_BYTES = 4096;

/** One check for each thing that a container keeps. It throws where that does not hold. */
const CHECKS: Readonly<Record<ContainerCheck, Check>> = {
  memory: ({ memoryBytes }, read) => {
    if (memoryBytes === undefined) return 'not asked for';
    const found = readFirst(read, [
      '/sys/fs/cgroup/memory.max',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes',
    ]);
    return assertAtMost('memory', found, memoryBytes + PAGE_BYTES);
  },
  swap: ({ memoryBytes }, read) => {
    if (memoryBytes === undefined) return 'not asked for';
    try {
      return assertAtMost('swap', readFirst(read, ['/sys/fs/cgroup/memory.swap.max']), 0);
    } catch {
      // Version 1 limits both together.
      const both = readFirst(read, ['/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes']);
      return assertAtMost('memory and swap', both, memoryBytes + PAGE_BYTES);
    }
  },
  cpu: ({ cpus }, read) => {
    if (cpus === undefined) return 'not asked for';
    const [quota = 'max', period = ''] = readFirst(read, [
      '/sys/fs/cgroup/cpu.max',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us',
    ]).split(' ');
    const per = period === '' ? readFirst(read, ['/sys/fs/cgroup/cpu/cpu.cfs_period_us']) : period;
    if (Number(quota) <= 0) throw new Error('there is no quota of CPU time');
    return assertAtMost('CPUs', String(Number(quota) / Number(per)), cpus * CPU_TOLERANCE);
  },
  pids: ({ pidsLimit }, read) =>
    assertAtMost(
      'processes and threads',
      readFirst(read, ['/sys/fs/cgroup/pids.max', '/sys/fs/cgroup/pids/pids.max']),
      pidsLimit,
    ),
  network: ({ hasNetwork }, read) => {
    if (hasNetwork) return 'not asked for';
    const names = read('/proc/self/net/dev')
      .split('\n')
      .slice(2)
      .map((line) => line.split(':')[0]?.trim() ?? '')
      .filter((name) => name !== '' && name !== 'lo');
    if (names.length > 0) throw new Error(`there is ${names.join(', ')}`);
    return 'only the loopback of its own';
  },
  root: (_expected, read) => {
    const root = read('/proc/self/mountinfo')
      .split('\n')
      .map((line) => line.split(' '))
      .findLast((fields) => fields[4] === '/');
    if (root?.[5]?.split(',').includes('ro') !== true) throw new Error('it can be written');
    return 'read-only';
  },
  user: (_expected, read) => assertStatus(read, 'Uid', /^[1-9]\d*(?:\s+[1-9]\d*){3}$/),
  capabilities: (_expected, read) => {
    for (const field of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) assertStatus(read, field, /^0+$/);
    return 'none, and none to gain';
  },
  privileges: (_expected, read) => assertStatus(read, 'NoNewPrivs', /^1$/),
  seccomp: (_expected, read) => assertStatus(read, 'Seccomp', /^2$/),
  processes: () => {
    if (process.pid !== 1) throw new Error(`its process id is ${String(process.pid)}`);
    return 'its own';
  },
};

/** The step under which a check is reported. */
export function containerStep(check: ContainerCheck): string {
  return `container:${check}`;
}

/** Looks at everything, and reports what was found. */
export function checkContainer(
  expected: ContainerExpectations,
  read: Read = (path) => readFileSync(path, 'utf8'),
): readonly StepReport[] {
  return (Object.entries(CHECKS) as readonly [ContainerCheck, Check][]).map(([name, check]) => {
    try {
      return { step: containerStep(name), ok: true, detail: check(expected, read) };
    } catch (error) {
      return {
        step: containerStep(name),
        ok: false,
        detail: error instanceof Error ? error.message : String(error),
      };
    }
  });
}
