/**
 * From rules to the program that the kernel runs before each system call.
 *
 * The program checks the architecture first, because a number means another call elsewhere (an i386
 * `int 0x80` on x64 reaches `execve` under the number of `munmap`), and refuses x32 for the same
 * reason. Then it finds the number by binary search over runs of equal treatment: about eight jumps
 * to any call. What the tables do not list is a call newer than this package: it fails with ENOSYS,
 * which is what programs expect from an older kernel, so that no unjudged call is ever let through.
 *
 * Nothing here touches the system; see seccomp-rules.ts for what the rules say.
 *
 * @module
 */

import { AUDIT_ARCHITECTURE, X32_SYSCALL_BIT, getSyscallNumber, listSyscalls } from './linux-architecture.ts';
import { LinuxErrno } from './linux-errno.ts';
import {
  ALLOW,
  type ArgumentTest,
  KILL_PROCESS,
  type SeccompAction,
  type SeccompFilter,
  type SeccompRule,
  failWith,
} from './seccomp-rule.ts';

/** One `struct sock_filter` (linux/filter.h). */
interface Instruction {
  readonly code: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly k: number;
}

/** Numbers from `first` on, up to the next run, are treated by the same block. */
interface Run {
  readonly first: number;
  readonly block: readonly Instruction[];
}

const BYTES_PER_INSTRUCTION = 8;
/** `BPF_MAXINSNS`: the kernel takes no longer program. */
const MAX_INSTRUCTIONS = 4096;

/** Instruction codes of linux/bpf_common.h. */
const LOAD_WORD = 0x20;
const AND = 0x54;
const JUMP = 0x05;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_OR_EQUAL = 0x35;
const RETURN = 0x06;

/** Offsets in `struct seccomp_data` (linux/seccomp.h). */
const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;

/** `SECCOMP_RET_*`. */
const RETURN_ALLOW = 0x7fff_0000;
const RETURN_ERRNO = 0x0005_0000;
const RETURN_KILL_PROCESS = 0x8000_0000;

/** The largest error number that the kernel lets a filter return. */
const MAX_ERRNO = 4095;

/** What calls answer that are newer than the tables. */
const UNLISTED = failWith(LinuxErrno.ENOSYS);

/** Distances of conditional jumps are bytes. */
const MAX_CONDITIONAL_JUMP = 255;

/**
 * Compiles rules into the bytes of a BPF program, little endian as both architectures are.
 *
 * @throws RangeError if a rule names a call that `arch` lacks, an argument or error number out of
 * range, or if the program would be longer than the kernel takes.
 */
export function compileSeccompFilter(filter: SeccompFilter): Uint8Array<ArrayBuffer> {
  const runs = listRuns(filter);
  const program = [
    load(ARCHITECTURE_OFFSET),
    jump(JUMP_EQUAL, AUDIT_ARCHITECTURE[filter.arch], 1, 0),
    returnAction(KILL_PROCESS),
    load(NUMBER_OFFSET),
    ...(filter.arch === 'x64'
      ? [jump(JUMP_GREATER_OR_EQUAL, X32_SYSCALL_BIT, 0, 1), returnAction(KILL_PROCESS)]
      : []),
  ];
  appendSearch(program, runs, 0, runs.length);
  if (program.length > MAX_INSTRUCTIONS) {
    throw new RangeError(
      `the seccomp program has ${program.length} instructions; the kernel takes ${MAX_INSTRUCTIONS}`,
    );
  }
  return encode(program);
}

/** The runs of numbers that are treated alike, from 0 up, without gaps. */
function listRuns({ arch, rules }: SeccompFilter): Run[] {
  const rulesByNumber = new Map<number, SeccompRule[]>();
  for (const rule of rules) {
    const number = getSyscallNumber(arch, rule.syscall);
    const own = rulesByNumber.get(number);
    if (own === undefined) rulesByNumber.set(number, [rule]);
    else own.push(rule);
  }
  const blocks = new Map<number, readonly Instruction[]>();
  // Equal treatment without tests is one and the same block, so that neighbours are recognised by identity.
  const unconditional = (action: SeccompAction): readonly Instruction[] => {
    const value = actionValue(action);
    const block = blocks.get(value) ?? [returnAction(action)];
    blocks.set(value, block);
    return block;
  };
  const runs: Run[] = [];
  const append = (first: number, block: readonly Instruction[]): void => {
    if (runs.at(-1)?.block !== block) runs.push({ first, block });
  };
  let next = 0;
  for (const [, number] of listSyscalls(arch)) {
    if (number > next) append(next, unconditional(UNLISTED));
    const own = rulesByNumber.get(number) ?? [];
    const [first] = own;
    if (first === undefined) append(number, unconditional(ALLOW));
    else if ((first.when ?? []).length === 0) append(number, unconditional(first.action));
    else append(number, compileRules(own));
    next = number + 1;
  }
  append(next, unconditional(UNLISTED));
  return runs;
}

/** Appends a binary search with the number in the accumulator; every path of it ends in a return. */
function appendSearch(program: Instruction[], runs: readonly Run[], from: number, to: number): void {
  const middle = (from + to) >> 1;
  const run = runs[middle];
  if (run === undefined) throw new RangeError('a seccomp program needs at least one run of numbers');
  if (to - from === 1) {
    for (const instruction of run.block) program.push(instruction);
    return;
  }
  // A conditional jump reaches 255 instructions; the plain one that it passes over, any distance.
  program.push(jump(JUMP_GREATER_OR_EQUAL, run.first, 0, 1), PLACEHOLDER);
  const start = program.length;
  appendSearch(program, runs, from, middle);
  program[start - 1] = jump(JUMP, program.length - start, 0, 0);
  appendSearch(program, runs, middle, to);
}

/** The rules of one number in order, then "allowed". */
function compileRules(rules: readonly SeccompRule[]): readonly Instruction[] {
  const block: Instruction[] = [];
  for (const { when = [], action } of rules) {
    block.push(...compileTests(when), returnAction(action));
    if (when.length === 0) return block;
  }
  return [...block, returnAction(ALLOW)];
}

/** Falls through when all tests hold, otherwise skips the one instruction that follows. */
function compileTests(tests: readonly ArgumentTest[]): readonly Instruction[] {
  let compiled: readonly Instruction[] = [];
  for (const test of tests.toReversed()) {
    compiled = [...compileTest(test, compiled.length + 1), ...compiled];
  }
  return compiled;
}

/** Falls through when the test holds, otherwise skips `skip` instructions. */
function compileTest(test: ArgumentTest, skip: number): readonly Instruction[] {
  let compiled: readonly Instruction[] = [];
  // From the last half to the first, so that the distance to the end is known.
  for (const { offset, mask, value } of listHalves(test).toReversed()) {
    const rest = compiled.length;
    const [whenSame, whenDifferent] =
      test.operator === 'equal' ? [0, rest + skip] : rest === 0 ? [skip, 0] : [0, rest];
    compiled = [
      load(offset),
      ...(mask === 0xffff_ffff ? [] : [and(mask)]),
      jump(JUMP_EQUAL, value, whenSame, whenDifferent),
      ...compiled,
    ];
  }
  return compiled;
}

/** The 32-bit halves of an argument that a test compares: BPF knows no longer words. */
function listHalves({
  argument,
  mask,
  value,
}: ArgumentTest): { offset: number; mask: number; value: number }[] {
  if (!Number.isInteger(argument) || argument < 0 || argument > 5) {
    throw new RangeError(`a system call has arguments 0 to 5, not ${argument}`);
  }
  if (mask <= 0n || mask >= 1n << 64n || (value & mask) !== value) {
    throw new RangeError(`a test of argument ${argument} needs a 64-bit mask that covers its value`);
  }
  return [0, 1]
    .map((half) => ({
      offset: ARGUMENTS_OFFSET + 8 * argument + 4 * half,
      mask: Number((mask >> BigInt(32 * half)) & 0xffff_ffffn),
      value: Number((value >> BigInt(32 * half)) & 0xffff_ffffn),
    }))
    .filter((half) => half.mask !== 0);
}

/** Stands where a jump will be whose distance is not known yet. */
const PLACEHOLDER: Instruction = { code: RETURN, whenTrue: 0, whenFalse: 0, k: RETURN_KILL_PROCESS };

function returnAction(action: SeccompAction): Instruction {
  return { code: RETURN, whenTrue: 0, whenFalse: 0, k: actionValue(action) };
}

function actionValue(action: SeccompAction): number {
  switch (action.type) {
    case 'allow':
      return RETURN_ALLOW;
    case 'kill-process':
      return RETURN_KILL_PROCESS;
    case 'errno':
      if (!Number.isInteger(action.errno) || action.errno < 1 || action.errno > MAX_ERRNO) {
        throw new RangeError(`an error number is 1 to ${MAX_ERRNO}, not ${action.errno}`);
      }
      return RETURN_ERRNO | action.errno;
  }
}

function load(offset: number): Instruction {
  return { code: LOAD_WORD, whenTrue: 0, whenFalse: 0, k: offset };
}

function and(mask: number): Instruction {
  return { code: AND, whenTrue: 0, whenFalse: 0, k: mask };
}

function jump(code: number, k: number, whenTrue: number, whenFalse: number): Instruction {
  if (whenTrue > MAX_CONDITIONAL_JUMP || whenFalse > MAX_CONDITIONAL_JUMP) {
    throw new RangeError(`a rule has more tests than a conditional jump of ${MAX_CONDITIONAL_JUMP} can pass`);
  }
  return { code, whenTrue, whenFalse, k };
}

function encode(program: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(program.length * BYTES_PER_INSTRUCTION);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, whenTrue, whenFalse, k }] of program.entries()) {
    const offset = index * BYTES_PER_INSTRUCTION;
    view.setUint16(offset, code, true);
    view.setUint8(offset + 2, whenTrue);
    view.setUint8(offset + 3, whenFalse);
    view.setUint32(offset + 4, k, true);
  }
  return bytes;
}
