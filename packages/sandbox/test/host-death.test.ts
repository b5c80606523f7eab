import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProcessSandboxEngine } from '../src/index.ts';
import { PROCESS_POLICY } from './support/policy.ts';

const HOST = join(import.meta.dirname, 'support', 'host-with-busy-guest.ts');

/** A zombie has no program any more, and still answers to signal 0. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${String(pid)}/exe`);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe.runIf(process.platform === 'linux')('a host that is killed', () => {
  it('leaves no guest running, however busy, and the next host removes its folder', async () => {
    const host = spawn(process.execPath, ['--conditions=@truthound/source', HOST], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await new Promise<Buffer>((resolve) => host.stdout.once('data', resolve)))
      .toString()
      .split('\n');
    const { guest, scratch } = JSON.parse(line ?? '') as { readonly guest: number; readonly scratch: string };
    expect(isRunning(guest)).toBe(true);
    const ended = new Promise((resolve) => host.once('exit', resolve));
    host.kill('SIGKILL');
    await ended;
    await until(() => !isRunning(guest));
    expect(existsSync(join(tmpdir(), scratch))).toBe(true);
    await using engine = new ProcessSandboxEngine();
    await engine.createSandbox('next', PROCESS_POLICY);
    expect(existsSync(join(tmpdir(), scratch))).toBe(false);
  });
});
