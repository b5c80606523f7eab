import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const HOST = join(import.meta.dirname, 'support', 'host-that-lasts.ts');
/** 10,000 calls and 500 sandboxes where the environment asks for it: that takes minutes. */
const isFull = process.env['TRUTHOUND_TEST_LEAKS'] === 'full';
const CALLS = isFull ? 5000 : 300;
const SANDBOXES = isFull ? 250 : 8;
/** What caches and compiled code may still gain after half of it. */
const MEMORY_MB = 3;

type Holdings = Readonly<Record<string, number>>;

async function runHost(...args: readonly string[]): Promise<{ before: Holdings; after: Holdings }> {
  const options = { timeout: 1_200_000, killSignal: 'SIGKILL' } as const;
  const flags = ['--expose-gc', '--no-warnings', '--conditions=@truthound/source'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, HOST, ...args], options);
  return JSON.parse(stdout) as { before: Holdings; after: Holdings };
}

describe.runIf(process.platform === 'linux')('a host that makes calls and sandboxes for a long time', () => {
  it.each(['process', 'none'])(
    'W-19 holds no more memory, descriptors, processes, folders or listeners for it: %s',
    async (kind) => {
      const { before, after } = await runHost(kind, String(CALLS), String(SANDBOXES));
      if (isFull) console.log(kind, { before, after });
      const { memoryMb = 0, ...counts } = after;
      const { memoryMb: memoryBefore = 0, ...countsBefore } = before;
      expect(counts).toEqual(countsBefore);
      expect(memoryMb - memoryBefore).toBeLessThan(MEMORY_MB);
    },
    1_300_000,
  );
});
