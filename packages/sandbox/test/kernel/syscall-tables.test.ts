import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  SYSCALL_TABLES,
  readSyscallHeaders,
  renderSyscallTable,
  syscallTablePath,
} from '../../../../tools/generate-syscalls.ts';
import {
  findSyscallNumber,
  getSyscallNumber,
  isSyscallName,
  listSyscalls,
} from '../../src/kernel/linux-architecture.ts';

function hasHeaders(table: (typeof SYSCALL_TABLES)[number]): boolean {
  try {
    return readSyscallHeaders(table).size === listSyscalls(table.arch).length;
  } catch {
    return false;
  }
}

describe.each(SYSCALL_TABLES)('the table for $arch', (table) => {
  it.runIf(hasHeaders(table))('is what the installed headers say', () => {
    const text = renderSyscallTable(table, readSyscallHeaders(table));
    expect(fs.readFileSync(syscallTablePath(table.arch), 'utf8')).toBe(text);
  });

  it('gives each number to one name', () => {
    const numbers = listSyscalls(table.arch).map(([, number]) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toEqual(numbers.toSorted((left, right) => left - right));
  });
});

it.each([
  ['x64', { read: 0, clone: 56, execve: 59, seccomp: 317, landlock_restrict_self: 446 }],
  ['arm64', { read: 63, clone: 220, execve: 221, seccomp: 277, landlock_restrict_self: 446 }],
] as const)('knows the numbers of %s', (arch, numbers) => {
  for (const [name, number] of Object.entries(numbers)) expect(getSyscallNumber(arch, name)).toBe(number);
});

it('tells a call that an architecture lacks from one that none has', () => {
  expect(findSyscallNumber('arm64', 'fork')).toBeUndefined();
  expect(isSyscallName('fork')).toBe(true);
  expect(isSyscallName('constructor')).toBe(false);
  expect(() => getSyscallNumber('arm64', 'fork')).toThrow('"fork" is no system call of Linux on arm64');
});
