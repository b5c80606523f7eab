import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TrustStoreImpl } from '../../src/index.ts';
import { acquireLock } from '../../src/trust/process-lock.ts';
import { scratchFolder } from '../plugin-folder.ts';

interface Writer {
  readonly child: ChildProcess;
  readonly written: string[];
  /** Resolves when that many were written in all. */
  until(count: number): Promise<void>;
}

function startWriter(persistPath: string, name: string): Writer {
  const args = [
    '--conditions=@truthound/source',
    join(import.meta.dirname, 'writing-process.ts'),
    persistPath,
    name,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const written: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => void written.push(line));
  return {
    child,
    written,
    async until(count) {
      while (written.length < count) await once(lines, 'line');
    },
  };
}

describe('a trust store that four processes write and that are killed', () => {
  it(
    'W-34: is never damaged, and loses nothing that was said to be written',
    { timeout: 60_000 },
    async () => {
      const persistPath = join(scratchFolder(), 'trust.json');
      const acknowledged: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        const writers = ['a', 'b', 'c', 'd'].map((name) =>
          startWriter(persistPath, `${name}${String(round)}`),
        );
        await Promise.all(writers.map((writer) => writer.until(3 + round)));
        for (const { child } of writers) {
          child.kill('SIGKILL');
          await once(child, 'close');
        }
        acknowledged.push(...writers.flatMap(({ written }) => written));
        const store = new TrustStoreImpl({ persistPath });
        expect(store.listTrustedSigners()).toEqual(expect.arrayContaining(acknowledged));
        // The lock of a killed process does not keep the next one out.
        await store.setSignerTrust(`after-${String(round)}`, 'trusted');
      }
      const left = readdirSync(join(persistPath, '..')).filter((file) => file.endsWith('.tmp'));
      expect(left).toEqual([]);
    },
  );
});

describe('the lock', () => {
  it('lets one in after another', async () => {
    const folder = join(scratchFolder(), 'lock');
    let inside = 0;
    const visit = async (): Promise<number> => {
      const lock = await acquireLock(folder);
      inside += 1;
      await new Promise(setImmediate);
      const seen = inside;
      inside -= 1;
      await lock[Symbol.asyncDispose]();
      return seen;
    };
    await expect(Promise.all(Array.from({ length: 20 }, visit))).resolves.toEqual(
      Array.from({ length: 20 }, () => 1),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('ignores the tickets of dead processes, and files that are none', async () => {
    const folder = join(scratchFolder(), 'lock');
    mkdirSync(folder);
    const probe = await acquireLock(folder);
    const [ticket = ''] = readdirSync(folder);
    await probe[Symbol.asyncDispose]();
    const dead = ticket.replace(/^\d+\.\d+-/, '1.4194305-');
    writeFileSync(join(folder, dead), '');
    writeFileSync(join(folder, dead.replace(/^1\./, 'choosing.')), '');
    writeFileSync(join(folder, 'notes.txt'), '');
    await using lock = await acquireLock(folder, { timeoutMs: 1000 });
    expect(lock).toBeDefined();
    expect(readdirSync(folder)).toContain('notes.txt');
    expect(readdirSync(folder)).not.toContain(dead);
  });

  it('says who is in the way when it takes too long, and can be cancelled', async () => {
    const folder = join(scratchFolder(), 'lock');
    await using holder = await acquireLock(folder);
    expect(holder).toBeDefined();
    await expect(acquireLock(folder, { timeoutMs: 0 })).rejects.toThrow(/is held by another process/);
    const reason = new Error('enough');
    await expect(acquireLock(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
