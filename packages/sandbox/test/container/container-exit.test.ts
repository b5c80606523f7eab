import { describe, expect, it } from 'vitest';
import { readContainerExit } from '../../src/container/container-exit.ts';

describe('the exit code of a container', () => {
  it.each([
    { code: 0, exit: { exitCode: 0, signal: undefined } },
    { code: 7, exit: { exitCode: 7, signal: undefined } },
    { code: 128, exit: { exitCode: 128, signal: undefined } },
    { code: 139, exit: { exitCode: undefined, signal: 'SIGSEGV' } },
    { code: 255, exit: { exitCode: 255, signal: undefined } },
    // The engine could not tell.
    { code: -1, exit: { exitCode: undefined, signal: undefined } },
  ])('$code is read as $exit', ({ code, exit }) => {
    expect(readContainerExit(code, false)).toEqual(exit);
  });

  it('W-12 of SIGKILL means want of memory, unless the host sent it', () => {
    expect(readContainerExit(137, false)).toEqual({
      exitCode: undefined,
      signal: 'SIGKILL',
      isOutOfMemory: true,
    });
    expect(readContainerExit(137, true)).toEqual({ exitCode: undefined, signal: 'SIGKILL' });
  });
});
