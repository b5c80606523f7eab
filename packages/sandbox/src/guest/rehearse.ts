import { decodeValue } from '../channel/decode-value.ts';
import { encodeValue } from '../channel/encode-value.ts';
import type { FfiModule } from '../kernel/ffi-syscall-runner.ts';
import { FfiSyscallRunner } from '../kernel/ffi-syscall-runner.ts';
import { createLockdown } from '../kernel/kernel-lockdown.ts';
import { LinuxErrno } from '../kernel/linux-errno.ts';
import type { FilterProbe } from '../kernel/prepared-filter.ts';
import type { SyscallCall, SyscallRunner } from '../kernel/syscall-runner.ts';
import { getSyscallNumber, isLinuxArchitecture } from '../kernel/linux-architecture.ts';
import { compileFunction } from './compile-function.ts';

const EMPTY_MODULE: string = 'data:text/javascript,';

/** One instruction, and one call to try it with. */
const SMALL_PROGRAM = 'BgAAAAAA/38=';
const PROBE: FilterProbe = { step: 'rehearsal', number: 0, args: ['0'], errno: LinuxErrno.EPERM };

/** Answers as a kernel with Landlock would, and does nothing. */
const NO_KERNEL: SyscallRunner = {
  descriptors: [],
  closeDescriptors: () => undefined,
  run: (calls: readonly SyscallCall[]) => calls.map(() => ({ value: 7, errno: 0 })),
};

/** Runs what its turn takes: a lockdown with no kernel behind it, a call, an import of text. */
function rehearseLockdown(): void {
  const { arch } = process;
  if (!isLinuxArchitecture(arch)) return;
  createLockdown(NO_KERNEL).apply({
    dieWithParent: true,
    limits: { memoryBytes: 1, additionalDescriptors: 1 },
    files: { readPaths: ['/usr'], writePaths: ['/tmp'], denyTcp: true },
    filter: { program: SMALL_PROGRAM, probes: [PROBE], unknownSyscalls: [], absentSyscalls: [] },
  });
}

/** Opens the way to the kernel, asks for what everybody may know, and closes it again. */
function rehearseFfi(): void {
  const { arch, permission } = process as {
    readonly arch: string;
    readonly permission?: NodeJS.ProcessPermission;
  };
  if (!isLinuxArchitecture(arch) || permission?.has('ffi') !== true) return;
  const runner = new FfiSyscallRunner(process.getBuiltinModule('node:ffi') as unknown as FfiModule);
  runner.run([{ number: getSyscallNumber(arch, 'getppid'), args: [] }]);
  runner[Symbol.dispose]();
}

function rehearseCall(): void {
  const echo = compileFunction('(value) => value');
  const { json, isTagged, parts } = encodeValue([{ key: 'value' }, new Date(0), [1]], { path: 'rehearsal' });
  decodeValue(JSON.parse(JSON.stringify([json, isTagged])) as unknown, { isTagged: false, parts });
  echo(json);
}

/**
 * Runs the code that a guest needs between its assignment and its first answer, so that it is compiled
 * by then. Without it a waiting guest spends most of that time on code that it runs for the first time.
 *
 * Nothing here may touch a file asynchronously: threads that exist before Landlock keep their rights.
 * What fails is left for the real run to report.
 */
export async function rehearse(): Promise<void> {
  for (const step of [rehearseLockdown, rehearseFfi, rehearseCall]) {
    try {
      step();
      step();
    } catch {
      // The lockdown itself says what is wrong.
    }
  }
  await import(EMPTY_MODULE).catch(() => undefined);
}
