import { createHash } from 'node:crypto';
import fs from 'node:fs';
import process from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import {
  type NativeArchitecture,
  buildNativeLockdown,
  findCompilerVersion,
  nativeLockdownPath,
  renderNativeLockdown,
} from '../../../../tools/build-native-lockdown.ts';
import { NATIVE_LOCKDOWN_ARM64 } from '../../src/kernel/native-lockdown-arm64.ts';
import { NATIVE_LOCKDOWN_X64 } from '../../src/kernel/native-lockdown-x64.ts';
import { decodeNativeObject } from '../../src/kernel/native-object.ts';
import { NativeSyscallRunner } from '../../src/kernel/native-syscall-runner.ts';
import { inheritScratchFiles, openScratchFile } from '../../src/kernel/scratch-file.ts';
import { SyscallList } from '../../src/kernel/syscall-list.ts';
import { cString } from '../../src/kernel/syscall-runner.ts';

const OBJECTS = [
  { arch: 'x64', object: NATIVE_LOCKDOWN_X64 },
  { arch: 'arm64', object: NATIVE_LOCKDOWN_ARM64 },
] as const;

describe.each(OBJECTS)('the shared object for $arch', ({ arch, object }) => {
  const isSameCompiler = findCompilerVersion(arch satisfies NativeArchitecture) === object.compiler;

  it('is what its digest says', () => {
    const bytes = decodeNativeObject(object);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(object.sha256);
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
  });

  it.runIf(isSameCompiler)('is built again byte for byte from its source', () => {
    const rendered = renderNativeLockdown(arch, buildNativeLockdown(arch), object.compiler);
    expect(rendered.replace(/\s/g, '')).toBe(
      fs.readFileSync(nativeLockdownPath(arch), 'utf8').replace(/\s/g, ''),
    );
  });

  it('needs no library', () => {
    const bytes = decodeNativeObject(object);
    expect(bytes.includes('.so.')).toBe(false);
  });

  it('is refused when a bit of it was changed', () => {
    const bytes = Buffer.from(object.base64, 'base64');
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    expect(() => decodeNativeObject({ ...object, base64: bytes.toString('base64') })).toThrow(
      /was changed: its SHA-256/,
    );
  });
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'system calls through the shared object',
  () => {
    it('see numbers, addresses and earlier results, and bring back what the kernel wrote', () => {
      using runner = new NativeSyscallRunner('x64', openScratchFile);
      const list = new SyscallList('x64');
      const text = new Uint8Array(64);
      const copy = new Uint8Array(16);
      const opened = list.add('openat', -100n, cString('/proc/self/comm'), 0n);
      const read = list.add('read', opened, text, BigInt(text.length));
      list.keep(read, copy, 8);
      const closed = list.add('close', opened);
      const again = list.add('close', opened);
      const pid = list.add('getpid');
      list.run(runner);
      const { value } = list.result(read);
      expect(value).toBeGreaterThan(0);
      expect(Buffer.from(text).toString('latin1', 0, value)).toBe(fs.readFileSync('/proc/self/comm', 'utf8'));
      expect(new DataView(copy.buffer).getBigInt64(8, true)).toBe(BigInt(value));
      expect(list.result(closed)).toEqual({ value: 0, errno: 0 });
      expect(list.result(again)).toEqual({ value: -1, errno: 9 });
      expect(list.result(pid).value).toBe(process.pid);
    });

    it('fail when the host passed too few files', () => {
      const runner = new NativeSyscallRunner('x64', inheritScratchFiles([]));
      expect(() => runner.run([{ number: 39, args: [] }])).toThrow(
        /passed 0 scratch files; a lockdown uses 3/,
      );
    });

    it('fail loudly when Node refuses to load anything', () => {
      const dlopen = vi.spyOn(process, 'dlopen').mockImplementation(() => {
        throw new Error('failed to map segment from shared object');
      });
      using runner = new NativeSyscallRunner('x64', openScratchFile);
      expect(() => runner.run([{ number: 39, args: [] }])).toThrow(/no noexec mount.*--allow-addons/);
      expect(dlopen).toHaveBeenCalledOnce();
    });

    it('fail loudly when the object was loaded but its code did not run', () => {
      vi.spyOn(process, 'dlopen').mockImplementation(() => undefined);
      using runner = new NativeSyscallRunner('x64', openScratchFile);
      expect(() => runner.run([{ number: 39, args: [] }])).toThrow(/loaded, but ran nothing/);
    });
  },
);
