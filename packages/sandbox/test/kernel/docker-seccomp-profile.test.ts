import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DockerSeccompArgument,
  type DockerSeccompProfile,
  toDockerSeccompProfile,
} from '../../src/kernel/docker-seccomp-profile.ts';
import { listSyscalls } from '../../src/kernel/linux-architecture.ts';
import { KILL_PROCESS, failWith } from '../../src/kernel/seccomp-rule.ts';
import { decideSyscall } from '../../src/kernel/seccomp-rule.ts';
import { type SeccompRequest, buildSeccompRules } from '../../src/kernel/seccomp-rules.ts';

/** How libseccomp reads an entry. */
function matches(
  { index, op, value, valueTwo = 0 }: DockerSeccompArgument,
  args: readonly bigint[],
): boolean {
  const argument = args[index] ?? 0n;
  switch (op) {
    case 'SCMP_CMP_MASKED_EQ':
      return (argument & BigInt(value)) === BigInt(valueTwo);
    case 'SCMP_CMP_NE':
      return argument !== BigInt(value);
    case 'SCMP_CMP_GT':
      return argument > BigInt(value);
  }
}

function isRefused(profile: DockerSeccompProfile, name: string, args: readonly bigint[]): boolean {
  return profile.syscalls.some(
    (entry) => entry.names.includes(name) && (entry.args ?? []).every((argument) => matches(argument, args)),
  );
}

const requests: readonly Omit<SeccompRequest, 'arch'>[] = [
  {
    deniedSyscalls: ['fork', 'clone', 'ptrace'],
    allowNetwork: false,
    allowUnixSockets: true,
    allowSubprocess: false,
    afterExec: false,
  },
  { deniedSyscalls: [], allowNetwork: true, allowUnixSockets: true, allowSubprocess: true, afterExec: false },
  {
    deniedSyscalls: [],
    allowNetwork: false,
    allowSubprocess: false,
    afterExec: false,
    allowFileWrite: false,
    allowThreads: false,
  },
  { deniedSyscalls: [], allowNetwork: true, allowSubprocess: false, afterExec: false },
];

describe.each(['x64', 'arm64'] as const)('a profile for %s', (arch) => {
  it.each(requests)('refuses what the filter refuses (%j)', (request) => {
    const filter = buildSeccompRules({ ...request, arch });
    const profile = toDockerSeccompProfile(filter);
    const argument = fc.oneof(
      fc.constantFrom(0n, 1n, 2n, 3n, 10n, 16n, 0x800n, 0x1_0000n, 0x5412n, 0x1000_0011n),
      fc.bigInt({ min: 0n, max: 0xffff_ffffn }),
    );
    fc.assert(
      fc.property(fc.array(argument, { minLength: 6, maxLength: 6 }), (args) => {
        const differences = listSyscalls(arch).filter(
          ([name]) => isRefused(profile, name, args) !== (decideSyscall(filter, name, args).type !== 'allow'),
        );
        expect(differences).toEqual([]);
      }),
      {
        examples: [
          [[16n, 3n, 0n, 0n, 0n, 0n]],
          [[2n, 3n, 0n, 0n, 0n, 0n]],
          [[63n, 1n, 0n, 0n, 0n, 0n]],
          [[64n, 1n, 0n, 0n, 0n, 0n]],
        ],
      },
    );
  });
});

it('lists only this architecture, so that no other can call', () => {
  const profile = toDockerSeccompProfile(buildSeccompRules({ ...requests[0]!, arch: 'arm64' }));
  expect(profile).toMatchObject({ defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_AARCH64'] });
  expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
});

it('refuses sockets by family also with bits set that the kernel ignores', () => {
  const profile = toDockerSeccompProfile(buildSeccompRules({ ...requests[0]!, arch: 'x64' }));
  expect(isRefused(profile, 'socket', [0x1_0000_0002n, 1n])).toBe(true);
  expect(isRefused(profile, 'socket', [1n, 1n])).toBe(false);
});

it('can end a process', () => {
  const profile = toDockerSeccompProfile({
    arch: 'x64',
    rules: [{ syscall: 'ptrace', action: KILL_PROCESS }],
  });
  expect(profile.syscalls).toContainEqual({ names: ['ptrace'], action: 'SCMP_ACT_KILL_PROCESS' });
});

it('refuses rules that the format can’t say', () => {
  const filter = buildSeccompRules({ ...requests[0]!, arch: 'x64', afterExec: true, ownPid: 1 });
  expect(() => toDockerSeccompProfile(filter)).toThrow(/afterExec: false and without ownPid/);
  const differs = { argument: 0, mask: 0xffn, operator: 'not-equal', value: 3n } as const;
  const rules = [{ syscall: 'read', action: failWith(1), when: [differs] }];
  expect(() => toDockerSeccompProfile({ arch: 'x64', rules })).toThrow(/argument 0 differs from 3/);
});
