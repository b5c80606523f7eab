/**
 * The rules of a filter as a profile for Docker and Podman (`--security-opt seccomp=file`).
 *
 * Their format has no order among the rules of one call, can't say "allow" beside a default of
 * "allow", and compares at most one value per argument. So what a filter says in order is said here
 * as denials alone: one entry per bit where any of several bits is refused, and one per address
 * family for `socket`.
 *
 * @module
 */

import type { LinuxArchitecture } from './linux-architecture.ts';
import { LinuxErrno } from './linux-errno.ts';
import { NEWER_CALLS } from './seccomp-denials.ts';
import {
  type ArgumentTest,
  INT_BITS,
  type SeccompAction,
  type SeccompFilter,
  type SeccompRule,
  decideSyscall,
} from './seccomp-rule.ts';

/** A profile as both engines read it. */
export interface DockerSeccompProfile {
  readonly defaultAction: 'SCMP_ACT_ALLOW';
  readonly architectures: readonly string[];
  readonly syscalls: readonly DockerSeccompEntry[];
}

/** What happens to the calls of these names whose arguments all match. */
export interface DockerSeccompEntry {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ERRNO' | 'SCMP_ACT_KILL_PROCESS';
  readonly errnoRet?: number;
  readonly args?: readonly DockerSeccompArgument[];
}

/** A comparison of one argument; with `SCMP_CMP_MASKED_EQ` the mask comes first and the value second. */
export interface DockerSeccompArgument {
  readonly index: number;
  readonly op: 'SCMP_CMP_MASKED_EQ' | 'SCMP_CMP_NE' | 'SCMP_CMP_GT';
  readonly value: number;
  readonly valueTwo?: number;
}

/** Any other architecture is refused, x32 among them. */
const ARCHITECTURES: Readonly<Record<LinuxArchitecture, string>> = {
  x64: 'SCMP_ARCH_X86_64',
  arm64: 'SCMP_ARCH_AARCH64',
};

/** `AF_MAX` lies below; what is above is refused in one entry. */
const LAST_ADDRESS_FAMILY = 63;
const SOCK_STREAM = 1n;
const SOCK_RAW = 3n;

/**
 * Writes rules as a profile. They must come from a request with `afterExec: false` and no `ownPid`: the
 * profile stands before the guest's program starts.
 *
 * @throws RangeError for a rule that the format can't express.
 */
export function toDockerSeccompProfile(filter: SeccompFilter): DockerSeccompProfile {
  const rules = filter.rules.filter(({ syscall }) => syscall !== 'socket');
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: [ARCHITECTURES[filter.arch]],
    syscalls: [
      ...mergeUnconditional(rules),
      ...rules.filter(hasTests).flatMap(translateRule),
      ...listSocketEntries(filter),
      { names: [...NEWER_CALLS], action: 'SCMP_ACT_ERRNO', errnoRet: LinuxErrno.ENOSYS },
    ],
  };
}

/** One entry for all names that are refused alike. */
function mergeUnconditional(rules: readonly SeccompRule[]): DockerSeccompEntry[] {
  const names = new Map<string, Set<string>>();
  const actions = new Map<string, Omit<DockerSeccompEntry, 'names'>>();
  const seen = new Set<string>();
  for (const rule of rules) {
    if (hasTests(rule) || seen.has(rule.syscall)) continue;
    seen.add(rule.syscall);
    const action = translateAction(rule.action);
    const key = JSON.stringify(action);
    actions.set(key, action);
    names.set(key, (names.get(key) ?? new Set<string>()).add(rule.syscall));
  }
  return [...actions].map(([key, action]) => ({ names: [...(names.get(key) ?? [])], ...action }));
}

function translateRule({ syscall, action, when = [] }: SeccompRule): DockerSeccompEntry[] {
  const refusal = translateAction(action);
  let alternatives: DockerSeccompArgument[][] = [[]];
  for (const test of when) {
    alternatives = alternatives.flatMap((args) => translateTest(test).map((argument) => [...args, argument]));
  }
  return alternatives.map((args) => ({ names: [syscall], ...refusal, args }));
}

/** The comparisons of which one must hold. */
function translateTest({ argument, mask, operator, value }: ArgumentTest): DockerSeccompArgument[] {
  if (operator === 'equal') return [maskedEqual(argument, mask, value)];
  if (value !== 0n)
    throw new RangeError(`a profile can't say that argument ${argument} differs from ${value}`);
  if (mask === 0xffff_ffff_ffff_ffffn) return [{ index: argument, op: 'SCMP_CMP_NE', value: 0 }];
  return listBits(mask).map((bit) => maskedEqual(argument, bit, bit));
}

/** Where a filter lets some sockets through, the others are refused family by family. */
function listSocketEntries(filter: SeccompFilter): DockerSeccompEntry[] {
  const entries: DockerSeccompEntry[] = [];
  const refuse = (action: SeccompAction, ...args: DockerSeccompArgument[]): boolean => {
    if (action.type === 'allow') return false;
    entries.push({ names: ['socket'], ...translateAction(action), args });
    return true;
  };
  const decide = (...args: bigint[]): SeccompAction => decideSyscall(filter, 'socket', args);
  for (let family = 0n; family <= LAST_ADDRESS_FAMILY; family += 1n) {
    const isFamily = maskedEqual(0, INT_BITS, family);
    if (refuse(decide(family, SOCK_STREAM, 0n), isFamily)) continue;
    refuse(decide(family, SOCK_RAW, 0n), isFamily, maskedEqual(1, 0xfn, SOCK_RAW));
    refuse(decide(family, SOCK_STREAM, 1n), isFamily, { index: 2, op: 'SCMP_CMP_NE', value: 0 });
  }
  refuse(decide(BigInt(LAST_ADDRESS_FAMILY + 1)), {
    index: 0,
    op: 'SCMP_CMP_GT',
    value: LAST_ADDRESS_FAMILY,
  });
  return entries;
}

function translateAction(action: SeccompAction): Omit<DockerSeccompEntry, 'names'> {
  switch (action.type) {
    case 'errno':
      return { action: 'SCMP_ACT_ERRNO', errnoRet: action.errno };
    case 'kill-process':
      return { action: 'SCMP_ACT_KILL_PROCESS' };
    case 'allow':
      throw new RangeError(
        'a profile can only refuse: build the rules with afterExec: false and without ownPid',
      );
  }
}

function maskedEqual(index: number, mask: bigint, value: bigint): DockerSeccompArgument {
  return { index, op: 'SCMP_CMP_MASKED_EQ', value: Number(mask), valueTwo: Number(value) };
}

function listBits(mask: bigint): bigint[] {
  return Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit)).filter((bit) => (mask & bit) !== 0n);
}

function hasTests({ when = [] }: SeccompRule): boolean {
  return when.length > 0;
}
