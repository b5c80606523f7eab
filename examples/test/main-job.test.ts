import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '..', 'main-job', 'main.ts');

interface Run {
  readonly pid: number;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  kill(): void;
}

function start(args: readonly string[] = []): Run {
  const child = spawn(process.execPath, ['--conditions=@truthound/source', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      resolve(code);
    }),
  );
  return { pid: child.pid ?? 0, output: () => text, ended, kill: () => child.kill('SIGKILL') };
}

/** The processes that a process started and that still run a program. */
function findChildren(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(ppid) === parent && state !== 'Z';
      } catch {
        return false;
      }
    });
}

function hasProgram(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('the main job', () => {
  it('profiles the data through three signed plugins, and survives what an operator fears', async () => {
    const run = start();
    expect(await run.ended).toBe(0);
    const output = run.output();
    expect(output).toContain('load order: csv-reader → profiler → reporter');
    expect(output).toMatch(/csv-reader 1\.0\.0: verified, signed by acme-data-team \(trusted\), \d+ files/);
    expect(output).toMatch(/\| precipitation \| number +\|/);
    expect(output).toMatch(/refused: plugin "profiler".*file "src\/index\.js"/);
    expect(output).toMatch(/1\.0\.0 → 2\.0\.0: done; [1-9]\d* calls answered meanwhile, 0 failed/);
    expect(output).toMatch(/not taken: plugin "reporter".*health/);
    expect(output).toContain('version 2.0.0 serves');
    const left = readdirSync(tmpdir()).filter((name) =>
      name.startsWith(`truthound-sandbox-${String(run.pid)}-`),
    );
    expect(left).toEqual([]);
  });

  it('names the data file that is missing, and exits with 1', async () => {
    const run = start(['--data', 'no-such-file.csv']);
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/data file no-such-file\.csv cannot be read: give another with --data/);
  });

  it.runIf(process.platform === 'linux')('leaves no guest running when it is killed half way', async () => {
    const run = start();
    await until(() => run.output().includes('== Profile the data'));
    const guests = findChildren(run.pid);
    expect(guests.length).toBeGreaterThanOrEqual(3);
    run.kill();
    await run.ended;
    await until(() => !guests.some(hasProgram));
  });
});
