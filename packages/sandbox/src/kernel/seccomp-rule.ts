import type { LinuxArchitecture } from './linux-architecture.ts';

/** What happens to a call that a rule matches. */
export type SeccompAction =
  | { readonly type: 'allow' }
  /** The call fails with this error and has no effect. */
  | { readonly type: 'errno'; readonly errno: number }
  /** The process ends with SIGSYS. */
  | { readonly type: 'kill-process' };

/**
 * A condition on one argument. Arguments are 64 bits wide as a filter sees them; the kernel reads many
 * of them as 32-bit integers and ignores the upper half, so a mask must name the bits that count.
 */
export interface ArgumentTest {
  /** Which argument, 0 to 5. */
  readonly argument: number;
  /** The bits that are compared. */
  readonly mask: bigint;
  /** `equal`: the masked bits are `value`. `not-equal`: they are anything else. */
  readonly operator: 'equal' | 'not-equal';
  readonly value: bigint;
}

/** What happens to calls of one name; of several rules for a name, the first whose tests all hold decides. */
export interface SeccompRule {
  readonly syscall: string;
  readonly action: SeccompAction;
  /** All must hold; none: the rule always matches. */
  readonly when?: readonly ArgumentTest[];
}

/** A whole filter as data. Names exist on `arch`. */
export interface SeccompFilter {
  readonly arch: LinuxArchitecture;
  readonly rules: readonly SeccompRule[];
}

export const ALLOW: SeccompAction = { type: 'allow' };
export const KILL_PROCESS: SeccompAction = { type: 'kill-process' };

/** The action that fails a call with `errno`. */
export function failWith(errno: number): SeccompAction {
  return { type: 'errno', errno };
}

/** The bits of an argument that the kernel reads as an `int`. */
export const INT_BITS = 0xffff_ffffn;

/** The argument, read as a 32-bit integer, is `value`. */
export function intEquals(argument: number, value: number): ArgumentTest {
  return { argument, mask: INT_BITS, operator: 'equal', value: BigInt.asUintN(32, BigInt(value)) };
}

/** None of these bits is set in the argument. */
export function bitsClear(argument: number, bits: number): ArgumentTest {
  return { argument, mask: BigInt(bits), operator: 'equal', value: 0n };
}

/** At least one of these bits is set in the argument. */
export function someBitSet(argument: number, bits: number): ArgumentTest {
  return { argument, mask: BigInt(bits), operator: 'not-equal', value: 0n };
}

/** Whether a test holds for an argument's 64 bits. */
export function testArgument(test: ArgumentTest, value: bigint): boolean {
  return ((value & test.mask) === test.value) === (test.operator === 'equal');
}

/** What a filter decides about a call of a listed name; arguments that are not given are 0. */
export function decideSyscall(
  filter: SeccompFilter,
  syscall: string,
  args: readonly bigint[],
): SeccompAction {
  const rule = filter.rules.find(
    (candidate) =>
      candidate.syscall === syscall &&
      (candidate.when ?? []).every((test) => testArgument(test, args[test.argument] ?? 0n)),
  );
  return rule?.action ?? ALLOW;
}
