import { type EnforcementReport, GUARANTEES, type GuaranteeReport, STANDARD } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../src/confinement/node-permissions.ts';
import type { ProcessHost } from '../../src/confinement/process-host.ts';
import { describeRemedy, planProcess, wouldBubblewrapHelp } from '../../src/confinement/process-plan.ts';

const NODE_26: NodeFacts = { major: 26, minor: 10 };
const NODE_22: NodeFacts = { major: 22, minor: 22 };

const linux: ProcessHost = {
  platform: 'linux',
  arch: 'x64',
  kernelRoads: ['ffi', 'native'],
  otherUser: undefined,
  canWatch: true,
  findBubblewrap: () => Promise.resolve('/usr/bin/bwrap'),
  findPrlimit: () => '/usr/bin/prlimit',
  findCgroups: () => ({ version: 2, folders: { memory: '/sys/fs/cgroup' } }),
};

interface Case {
  readonly title: string;
  readonly host?: Partial<ProcessHost>;
  readonly node?: NodeFacts;
  readonly debug?: boolean;
  readonly needsBubblewrap?: boolean;
  readonly road: 'ffi' | 'native' | undefined;
  readonly isWrapped: boolean;
}

describe('the layers', () => {
  it.each<Case>([
    { title: 'Node 26 locks itself down', road: 'ffi', isWrapped: false },
    { title: 'Node 22 takes the native road', node: NODE_22, road: 'native', isWrapped: false },
    {
      title: 'a guest that could not lock down is wrapped as well',
      needsBubblewrap: true,
      road: 'ffi',
      isWrapped: true,
    },
    {
      title: 'a native road that failed is not taken again',
      node: NODE_22,
      needsBubblewrap: true,
      road: undefined,
      isWrapped: true,
    },
    { title: 'no road means bubblewrap', host: { kernelRoads: [] }, road: undefined, isWrapped: true },
    {
      title: 'a debugger could not reach into bubblewrap',
      host: { kernelRoads: [] },
      debug: true,
      road: undefined,
      isWrapped: false,
    },
    {
      title: 'another system has neither',
      host: { platform: 'darwin', findBubblewrap: () => Promise.resolve(undefined) },
      road: undefined,
      isWrapped: false,
    },
    {
      title: 'an unknown processor has no filter',
      host: { arch: 'riscv64' },
      road: undefined,
      isWrapped: true,
    },
  ])('$title', async ({ host, node = NODE_26, debug = false, needsBubblewrap = false, road, isWrapped }) => {
    const plan = await planProcess(
      { ...linux, ...host },
      { policy: STANDARD, node, debug, paths: { read: [], write: [] }, always: [], needsBubblewrap },
    );
    expect(plan.kernelRoad).toBe(road);
    expect(plan.bubblewrap !== undefined).toBe(isWrapped);
  });
});

describe('whether bubblewrap would help', () => {
  const all = (status: GuaranteeReport['status']): EnforcementReport => {
    const entries = GUARANTEES.map((name) => [name, { status, by: [], detail: '' }] as const);
    return Object.fromEntries(entries) as unknown as EnforcementReport;
  };

  it.each([
    ['network', true],
    ['fileRead', true],
    ['memory', false],
    ['cpu', false],
  ] as const)('%s left open: %s', (guarantee, expected) => {
    const report = { ...all('enforced'), [guarantee]: { status: 'partial', by: [], detail: '' } as const };
    expect(wouldBubblewrapHelp(report)).toBe(expected);
  });

  it('asks nothing of it where a policy does not', () => {
    expect(wouldBubblewrapHelp(all('not-requested'))).toBe(false);
  });
});

it('says what would help here', () => {
  expect(describeRemedy({ platform: 'linux' })).toContain('apt-get install bubblewrap');
  expect(describeRemedy({ platform: 'win32' })).toContain('isolationLevel: "container"');
});
