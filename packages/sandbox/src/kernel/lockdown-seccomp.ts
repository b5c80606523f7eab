import { Buffer } from 'node:buffer';
import type { LinuxArchitecture } from './linux-architecture.ts';
import { type LinuxErrno, nameErrno } from './linux-errno.ts';
import type { LockdownStep } from './lockdown-plan.ts';
import { OWN_PID, type PreparedFilter } from './prepared-filter.ts';
import type { SyscallList } from './syscall-list.ts';
import type { ResultOf } from './syscall-runner.ts';

/** `SECCOMP_SET_MODE_FILTER` and `SECCOMP_FILTER_FLAG_TSYNC`: for all threads or for none. */
const SET_MODE_FILTER = 1n;
const ALL_THREADS = 1n;
const BYTES_PER_INSTRUCTION = 8;

/** Whether the filter stands, and what showed it. */
export interface SeccompVerdict {
  readonly steps: readonly LockdownStep[];
  readonly stands: boolean;
}

/** Adds the calls that install and test a filter; the function returned judges their results. */
export function addSeccompCalls(
  list: SyscallList,
  { program: text, probes }: PreparedFilter,
  { arch, pid }: { readonly arch: LinuxArchitecture; readonly pid: number },
): () => SeccompVerdict {
  const program = fillInPid(Buffer.from(text, 'base64'), pid);
  const header = encodeProgramHeader(program);
  list.keep(program, header, 8);
  const installed = list.add('seccomp', SET_MODE_FILTER, ALL_THREADS, header);
  const tried = probes.map(({ number, args, ...probe }) => ({
    ...probe,
    call: list.addNumber(number, ...args.map(BigInt)),
  }));
  return () => {
    const tests = tried.map(({ step, errno, call }) => judgeProbe(list, step, errno, call));
    const steps = [
      judgeInstallation(list, installed, program.length / BYTES_PER_INSTRUCTION, arch),
      ...tests,
    ];
    return { steps, stands: steps.every(({ ok }) => ok) };
  };
}

/** The constant is the last four bytes of an instruction. */
function fillInPid(program: Buffer, pid: number): Buffer {
  for (let at = BYTES_PER_INSTRUCTION - 4; at < program.length; at += BYTES_PER_INSTRUCTION) {
    if (program.readUInt32LE(at) === OWN_PID) program.writeUInt32LE(pid, at);
  }
  return program;
}

function judgeInstallation(
  list: SyscallList,
  call: ResultOf,
  instructions: number,
  arch: LinuxArchitecture,
): LockdownStep {
  const { value, errno } = list.result(call);
  if (errno !== 0) return { step: 'seccomp', ok: false, errno, detail: `failed with ${nameErrno(errno)}` };
  if (value !== 0) {
    return {
      step: 'seccomp',
      ok: false,
      detail: `thread ${String(value)} has a filter of its own and can't take another`,
    };
  }
  return {
    step: 'seccomp',
    ok: true,
    detail: `${String(instructions)} instructions for ${arch}, on all threads`,
  };
}

function judgeProbe(list: SyscallList, name: string, expected: LinuxErrno, call: ResultOf): LockdownStep {
  const { errno } = list.result(call);
  const step = `self-test: ${name}`;
  if (errno === expected) return { step, ok: true, detail: `refused with ${nameErrno(errno)}` };
  const seen = errno === 0 ? 'it succeeded' : nameErrno(errno);
  return { step, ok: false, errno, detail: `${seen} instead of ${nameErrno(expected)}` };
}

/** `struct sock_fprog`; the address of the program is filled in when it is known. */
function encodeProgramHeader(program: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(16);
  new DataView(header.buffer).setUint16(0, program.length / BYTES_PER_INSTRUCTION, true);
  return header;
}
