import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameErrno } from '../../src/kernel/linux-errno.ts';
import { findDescriptorLimit } from '../../src/kernel/lockdown-limits.ts';
import { parseDirectory, parseStatusBytes } from '../../src/kernel/process-facts.ts';
import { SyscallList } from '../../src/kernel/syscall-list.ts';
import { cString } from '../../src/kernel/syscall-runner.ts';

it('reads sizes of /proc/self/status', () => {
  const status = 'Name:\tnode\nVmData:\t  574012 kB\nRssAnon:\t    9324 kB\n';
  expect(parseStatusBytes(status, 'VmData')).toBe(574_012 * 1024);
  expect(parseStatusBytes(status, 'Data')).toBeNaN();
});

describe('directory records', () => {
  const record = (name: string): Buffer => {
    const length = Math.ceil((19 + name.length + 1) / 8) * 8;
    const bytes = Buffer.alloc(length);
    bytes.writeUInt16LE(length, 16);
    bytes.write(name, 19, 'latin1');
    return bytes;
  };

  it('become names', () => {
    expect(parseDirectory(Buffer.concat(['.', '..', '0', '4711'].map(record)))).toEqual([
      '.',
      '..',
      '0',
      '4711',
    ]);
  });

  it('end where a record is cut or makes no progress', () => {
    expect(parseDirectory(Buffer.concat([record('1'), Buffer.alloc(32)]))).toEqual(['1']);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => parseDirectory(bytes).length <= bytes.length),
    );
  });
});

it('finds the descriptor limit that leaves exactly so many free', () => {
  const descriptors = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { maxLength: 60 });
  fc.assert(
    fc.property(descriptors, fc.integer({ min: 0, max: 200 }), (open, additional) => {
      const limit = findDescriptorLimit(open, additional);
      const free = Array.from({ length: limit }, (_, number) => number).filter(
        (number) => !open.includes(number),
      );
      expect(free).toHaveLength(additional);
    }),
    { examples: [[[0, 1, 2, 40], 5]] },
  );
});

it('names errors, and numbers those without a name', () => {
  expect([1, 13, 38, 61].map(nameErrno)).toEqual(['EPERM', 'EACCES', 'ENOSYS', 'errno 61']);
});

it('passes no path that C would cut short', () => {
  expect(() => cString('/srv/plugin\0/../../etc')).toThrow(/must not contain a null character/);
  expect(cString('/a')).toEqual(Buffer.from([0x2f, 0x61, 0]));
});

it('gives no result of a call that was not run', () => {
  const list = new SyscallList('x64');
  expect(() => list.result(list.add('getpid'))).toThrow('call 0 was not run');
});
