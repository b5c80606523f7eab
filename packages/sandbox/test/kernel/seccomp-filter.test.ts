import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AUDIT_ARCHITECTURE,
  type LinuxArchitecture,
  X32_SYSCALL_BIT,
  listSyscalls,
} from '../../src/kernel/linux-architecture.ts';
import { compileSeccompFilter } from '../../src/kernel/seccomp-filter.ts';
import {
  ALLOW,
  KILL_PROCESS,
  type ArgumentTest,
  type SeccompAction,
  type SeccompRule,
  bitsClear,
  decideSyscall,
  failWith,
  intEquals,
  someBitSet,
} from '../../src/kernel/seccomp-rule.ts';
import { type SeccompRequest, buildSeccompRules } from '../../src/kernel/seccomp-rules.ts';
import { runBpf } from './bpf-machine.ts';

const ARCHITECTURES = ['x64', 'arm64'] as const;
const RETURN_VALUES = { allow: 0x7fff0000, 'kill-process': 0x80000000 } as const;

function returnValue(action: SeccompAction): number {
  return action.type === 'errno' ? 0x50000 + action.errno : RETURN_VALUES[action.type];
}

/** Values at which 32-bit and 64-bit readings, masks and pointers part. */
const INTERESTING = [
  0n,
  1n,
  2n,
  3n,
  4n,
  5n,
  8n,
  10n,
  15n,
  16n,
  0x20n,
  0o100n,
  0x800n,
  0x1000n,
  0x5412n,
  0x8901n,
  0x10000n,
  0x20000n,
  0x10000000n,
  0x7e020000n,
  0x53564d41n,
  0xffffffffn,
  0x1_0000_0000n,
  0x1_0000_0001n,
  0x1_0001_0000n,
  0xffff_ffff_ffff_ffffn,
];
const argument = fc.oneof(fc.constantFrom(...INTERESTING), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
const argumentList = fc.array(argument, { minLength: 6, maxLength: 6 });

const test: fc.Arbitrary<ArgumentTest> = fc
  .record({
    argument: fc.integer({ min: 0, max: 5 }),
    mask: argument.filter((mask) => mask !== 0n),
    operator: fc.constantFrom('equal', 'not-equal'),
    value: argument,
  })
  .map((drawn) => ({ ...drawn, value: drawn.value & drawn.mask }));

const action = fc.oneof(
  fc.constant(ALLOW),
  fc.constant(KILL_PROCESS),
  fc.integer({ min: 1, max: 4095 }).map(failWith),
);

function ruleOf(arch: LinuxArchitecture): fc.Arbitrary<SeccompRule> {
  return fc.record(
    {
      syscall: fc.constantFrom(...listSyscalls(arch).map(([name]) => name)),
      action,
      when: fc.array(test, { maxLength: 3 }),
    },
    { requiredKeys: ['syscall', 'action'] },
  );
}

const requests: readonly Omit<SeccompRequest, 'arch'>[] = [
  { deniedSyscalls: [], allowNetwork: false, allowSubprocess: false, afterExec: true, ownPid: 4242 },
  { deniedSyscalls: [], allowNetwork: true, allowSubprocess: true, afterExec: true, allowFileWrite: false },
  {
    deniedSyscalls: ['fork', 'clone', 'execve', 'prctl', 'openat'],
    allowNetwork: true,
    allowUnixSockets: true,
    allowSubprocess: false,
    afterExec: false,
  },
  {
    deniedSyscalls: ['read'],
    allowNetwork: false,
    allowUnixSockets: true,
    allowSubprocess: false,
    allowThreads: false,
    afterExec: true,
  },
];

describe.each(ARCHITECTURES)('a filter for %s', (arch) => {
  it.each(requests)('decides every number as its rules do (%j)', (request) => {
    const filter = buildSeccompRules({ ...request, arch });
    const program = compileSeccompFilter(filter);
    const differences: string[] = [];
    const names = new Map(listSyscalls(arch).map(([name, number]) => [number, name]));
    for (let number = 0; number < 1024; number += 1) {
      const name = names.get(number);
      for (const value of INTERESTING) {
        // One argument at a time, the others as nothing or as everything.
        for (const [index, rest] of [0, 1, 2, 3, 4, 5].flatMap((at) => [
          [at, 0n] as const,
          [at, ~0n & ((1n << 64n) - 1n)] as const,
        ])) {
          if (name === undefined && index > 0) continue;
          const args = Array.from({ length: 6 }, (_, at) => (at === index ? value : rest));
          const expected = name === undefined ? failWith(38) : decideSyscall(filter, name, args);
          const { value: seen } = runBpf(program, { number, arch: AUDIT_ARCHITECTURE[arch], args });
          if (seen !== returnValue(expected)) {
            differences.push(`${String(name)} (${number}) with ${args.join(', ')}: 0x${seen.toString(16)}`);
          }
        }
      }
    }
    expect(differences).toEqual([]);
  });

  it('agrees with any rules on any call', () => {
    fc.assert(
      fc.property(
        fc.array(ruleOf(arch), { maxLength: 40 }),
        fc.array(argumentList, { minLength: 1, maxLength: 5 }),
        (rules, calls) => {
          const filter = { arch, rules };
          const program = compileSeccompFilter(filter);
          for (const { syscall } of rules) {
            const number = listSyscalls(arch).find(([name]) => name === syscall)![1];
            for (const args of calls) {
              const { value } = runBpf(program, { number, arch: AUDIT_ARCHITECTURE[arch], args });
              expect(value).toBe(returnValue(decideSyscall(filter, syscall, args)));
            }
          }
        },
      ),
    );
  });

  it('ends a process that calls by another architecture', () => {
    const program = compileSeccompFilter(buildSeccompRules({ ...requests[1]!, arch }));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.integer({ min: 0, max: 600 }),
        (other, number) => {
          fc.pre(other !== AUDIT_ARCHITECTURE[arch]);
          expect(runBpf(program, { number, arch: other, args: [] }).value).toBe(0x80000000);
        },
      ),
      {
        examples: [
          [0x40000003, 11],
          [0x40000028, 11],
          [AUDIT_ARCHITECTURE[arch === 'x64' ? 'arm64' : 'x64'], 59],
        ],
      },
    );
  });

  it('answers ENOSYS for numbers that no table lists', () => {
    const program = compileSeccompFilter({ arch, rules: [] });
    const last = listSyscalls(arch).at(-1)![1];
    for (const number of [last + 1, last + 20, 1000, 0x3fffffff]) {
      expect(runBpf(program, { number, arch: AUDIT_ARCHITECTURE[arch], args: [] }).value).toBe(0x50000 + 38);
    }
  });

  it('decides a call without argument tests in a dozen jumps', () => {
    const program = compileSeccompFilter(buildSeccompRules({ ...requests[0]!, arch }));
    const steps = listSyscalls(arch).map(
      ([, number]) => runBpf(program, { number, arch: AUDIT_ARCHITECTURE[arch], args: [] }).steps,
    );
    expect(program.length / 8).toBeLessThan(1024);
    expect(steps.toSorted((left, right) => left - right)[steps.length >> 1]).toBeLessThanOrEqual(20);
  });
});

it('ends a process that calls by x32 numbers, whatever the number', () => {
  const program = compileSeccompFilter({ arch: 'x64', rules: [] });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff - X32_SYSCALL_BIT }), (number) => {
      const call = { number: X32_SYSCALL_BIT + number, arch: AUDIT_ARCHITECTURE.x64, args: [] };
      expect(runBpf(program, call).value).toBe(0x80000000);
    }),
    { examples: [[0], [59], [512], [545]] },
  );
});

describe('refuses rules that it could not keep', () => {
  it.each([
    [
      'a name that the architecture lacks',
      { syscall: 'renameat3' },
      /"renameat3" is no system call of Linux on x64/,
    ],
    ['an error number of 0', { action: failWith(0) }, /1 to 4095, not 0/],
    ['an error number that the kernel cuts', { action: failWith(4096) }, /1 to 4095, not 4096/],
    ['a seventh argument', { when: [intEquals(6, 1)] }, /arguments 0 to 5, not 6/],
    ['a test of no bits', { when: [bitsClear(0, 0)] }, /mask that covers its value/],
    [
      'a value outside its mask',
      { when: [{ ...someBitSet(0, 1), value: 2n }] },
      /mask that covers its value/,
    ],
    [
      'more tests than a jump can pass',
      { when: Array.from({ length: 200 }, () => intEquals(0, 1)) },
      /more tests than/,
    ],
  ])('%s', (_, rule, message) => {
    const rules = [{ syscall: 'read', action: failWith(1), ...rule }];
    expect(() => compileSeccompFilter({ arch: 'x64', rules })).toThrow(message);
  });

  it('more rules than the kernel takes instructions', () => {
    const rules = Array.from({ length: 2000 }, (_, value) => ({
      syscall: 'read',
      action: failWith(1),
      when: [intEquals(0, value)],
    }));
    expect(() => compileSeccompFilter({ arch: 'x64', rules })).toThrow(/the kernel takes 4096/);
  });
});
