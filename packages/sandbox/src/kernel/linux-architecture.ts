import { SYSCALLS_ARM64 } from './syscalls-arm64.ts';
import { SYSCALLS_X64 } from './syscalls-x64.ts';

/** The processors for which filters can be built, by Node's names (`process.arch`). */
export type LinuxArchitecture = 'x64' | 'arm64';

const SYSCALLS: Readonly<Record<LinuxArchitecture, Readonly<Record<string, number>>>> = {
  x64: SYSCALLS_X64,
  arm64: SYSCALLS_ARM64,
};

/** The value that a filter sees in `seccomp_data.arch` (`AUDIT_ARCH_*` of linux/audit.h). */
export const AUDIT_ARCHITECTURE: Readonly<Record<LinuxArchitecture, number>> = {
  x64: 0xc000003e,
  arm64: 0xc00000b7,
};

/** On x64, numbers with this bit are the x32 ABI: the same calls under other numbers. */
export const X32_SYSCALL_BIT = 0x40000000;

/** Narrows `process.arch`. */
export function isLinuxArchitecture(name: string): name is LinuxArchitecture {
  return name === 'x64' || name === 'arm64';
}

/** The number of a system call, or `undefined` where the architecture has none of that name. */
export function findSyscallNumber(arch: LinuxArchitecture, name: string): number | undefined {
  const table = SYSCALLS[arch];
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/**
 * The number of a system call that must exist.
 *
 * @throws RangeError if the architecture has none of that name.
 */
export function getSyscallNumber(arch: LinuxArchitecture, name: string): number {
  const number = findSyscallNumber(arch, name);
  if (number === undefined) throw new RangeError(`"${name}" is no system call of Linux on ${arch}`);
  return number;
}

/** Whether any supported architecture has a system call of that name. */
export function isSyscallName(name: string): boolean {
  return Object.values(SYSCALLS).some((table) => Object.hasOwn(table, name));
}

/** Every system call of an architecture, as `[name, number]` by number. */
export function listSyscalls(arch: LinuxArchitecture): readonly (readonly [string, number])[] {
  return Object.entries(SYSCALLS[arch]);
}
