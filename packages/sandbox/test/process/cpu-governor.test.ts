import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CpuGovernor, canGovernCpu, readCpuMs, stepBucket } from '../../src/process/cpu-governor.ts';
import { GroupMembers } from '../../src/process/group-members.ts';

describe('the bucket', () => {
  const full = { tokensMs: 25, isStopped: false };

  it('lets a short burst pass', () => {
    expect(stepBucket(full, 10, 20, 0.5)).toEqual({ tokensMs: 10, isStopped: false });
  });

  it('stops who is over the share, and lets them run once the share has come in', () => {
    const over = stepBucket(full, 10, 40, 0.5);
    expect(over).toEqual({ tokensMs: -10, isStopped: true });
    expect(stepBucket(over, 10, 0, 0.5)).toEqual({ tokensMs: -5, isStopped: true });
    expect(stepBucket(over, 20, 0, 0.5)).toEqual({ tokensMs: 0, isStopped: false });
  });

  it('saves up no more than a burst, however long it was idle', () => {
    expect(stepBucket(full, 3_600_000, 0, 1).tokensMs).toBe(25);
  });
});

it.runIf(canGovernCpu())(
  'notices that an idle process has begun to run, and keeps it to its share',
  async () => {
    const script =
      "process.once('SIGUSR2', () => { for (;;); }); console.log('idle'); setInterval(() => undefined, 1000)";
    const child = spawn(process.execPath, ['-e', script], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const governor = new CpuGovernor(child.pid!, 20, new GroupMembers(child.pid!, child.pid!, false));
    try {
      await once(child.stdout, 'data');
      // Long enough to be found idle.
      await sleep(500);
      child.kill('SIGUSR2');
      const before = readCpuMs(child.pid!)!;
      const startedAt = performance.now();
      await sleep(2000);
      const share = (readCpuMs(child.pid!)! - before) / (performance.now() - startedAt);
      expect(share).toBeLessThan(0.4);
    } finally {
      governor[Symbol.dispose]();
      process.kill(-child.pid!, 'SIGKILL');
    }
  },
);
