/** Real guests, with layers taken away: what the report says is what then holds. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CreatePolicyOptions,
  type EnforcementReport,
  GUARANTEES,
  STANDARD,
  type SandboxContext,
  type SecurityPolicy,
  createPolicy,
} from '@truthound/protocols';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findCgroupParents } from '../../src/confinement/cgroups.ts';
import { PROCESS_HOST, type ProcessHost, describeProcessHost } from '../../src/confinement/process-host.ts';
import { ProcessSandboxEngine } from '../../src/index.ts';

// Each test starts guests, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const host = describeProcessHost();
const isLinux = host.platform === 'linux';
const bubblewrap = await host.findBubblewrap();
const cgroups = isLinux ? findCgroupParents() : undefined;

/** What no program and no privilege is needed for. */
const BARE: Partial<ProcessHost> = {
  kernelRoads: [],
  otherUser: undefined,
  findBubblewrap: () => Promise.resolve(undefined),
  findPrlimit: () => undefined,
  findCgroups: () => undefined,
};

const engines: ProcessSandboxEngine[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.cleanup()));
});

interface Started {
  readonly engine: ProcessSandboxEngine;
  readonly context: SandboxContext;
}

async function start(
  layers: Partial<ProcessHost>,
  options: Omit<CreatePolicyOptions, 'base'> = {},
): Promise<Started> {
  const engine = new ProcessSandboxEngine({ [PROCESS_HOST]: layers });
  engines.push(engine);
  const policy: SecurityPolicy = createPolicy({
    base: STANDARD,
    enforcement: 'best-effort',
    maxExecutionTimeSec: 100,
    ...options,
  });
  return { engine, context: await engine.createSandbox('layered', policy) };
}

const listOpen = (report: EnforcementReport): string[] =>
  GUARANTEES.filter((name) => !['enforced', 'not-requested'].includes(report[name].status));

/** Fills memory with Buffers, which are no part of V8's heap, until it is stopped. */
const fillMemory = async (megabytes: number): Promise<number> => {
  const kept: Uint8Array[] = [];
  for (let count = 0; count < megabytes; count += 8) {
    kept.push(new Uint8Array(8 * 1024 * 1024).fill(1));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return kept.length;
};

describe.runIf(isLinux)('with nothing but Node', () => {
  it('tells what is left open, and a strict policy is refused by name and remedy', async () => {
    const { context } = await start(BARE);
    expect(listOpen(context.enforcement)).toEqual(
      expect.arrayContaining(['fileRead', 'network', 'subprocess', 'syscalls', 'hostSignals']),
    );
    await expect(start(BARE, { enforcement: 'strict' })).rejects.toThrow(
      /syscalls \(unavailable.*apt-get install bubblewrap/,
    );
  });

  it('kills a guest that uses more memory than it may, from outside', async () => {
    const { engine, context } = await start(BARE, { maxMemoryMb: 150 });
    expect(context.enforcement.memory.by).toContain('memory-watchdog');
    expect(context.enforcement.memory.status).toBe('partial');
    await expect(engine.execute(context, fillMemory, 4000)).rejects.toMatchObject({
      code: 'ERR_SANDBOX_RESOURCE',
      resourceType: 'memory',
    });
  });

  it('is another system’s lot, and its remedy another', async () => {
    const mac: Partial<ProcessHost> = { ...BARE, platform: 'darwin', canWatch: false };
    const { context } = await start(mac);
    expect(listOpen(context.enforcement)).toEqual(expect.arrayContaining(['cpu', 'memory']));
    await expect(start(mac, { enforcement: 'strict' })).rejects.toThrow(/isolationLevel: "container"/);
  });
});

describe.runIf(isLinux && bubblewrap !== undefined)('with bubblewrap', () => {
  const wrapped: Partial<ProcessHost> = { kernelRoads: [] };

  it('keeps a strict policy whole without a lockdown in the guest', async () => {
    const { engine, context } = await start(wrapped, { enforcement: 'strict' });
    expect(listOpen(context.enforcement)).toEqual([]);
    expect(context.enforcement.fileRead.by).toContain('bubblewrap');
    expect(await engine.execute(context, () => Object.keys(process.env))).toEqual([]);
  });

  it('stands in where the processor has no lockdown of ours', async () => {
    const { context } = await start({ arch: 'riscv64' }, { enforcement: 'strict' });
    expect(context.enforcement.syscalls.by).toEqual(['seccomp']);
  });

  it.runIf(process.getuid?.() === 0)('stands in when a guest’s own lockdown fails, and stays', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'noexec-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'noexec,mode=1777', 'tmpfs', folder]);
    expect(String(mounted.stderr)).toBe('');
    vi.stubEnv('TMPDIR', folder);
    try {
      // Without FFI the lockdown’s code lies in a file, which may not be run there.
      const layers: Partial<ProcessHost> = { kernelRoads: ['native'] };
      const { engine, context } = await start(layers, { enforcement: 'strict' });
      expect(listOpen(context.enforcement)).toEqual([]);
      expect(context.enforcement.fileRead.by).toContain('bubblewrap');
      expect(context.enforcement.fileRead.by).not.toContain('landlock');
      await engine.cleanup();
      await expect(
        start({ ...layers, findBubblewrap: () => Promise.resolve(undefined) }, { enforcement: 'strict' }),
      ).rejects.toThrow(/noexec/);
    } finally {
      vi.unstubAllEnvs();
      spawnSync('umount', [folder]);
      rmdirSync(folder);
    }
  });

  it('runs programs where the policy allows them', async () => {
    const { engine, context } = await start(wrapped, { allowSubprocess: true, blockedModules: [] });
    const echo = (): string =>
      process.getBuiltinModule('node:child_process').execFileSync('/bin/echo', ['hi'], {
        encoding: 'utf8',
      });
    expect(await engine.execute(context, echo)).toBe('hi\n');
  });

  it('tells the signal that ended the guest inside', async () => {
    const { engine, context } = await start(wrapped);
    const call = engine.execute(context, () => process.abort());
    await expect(call).rejects.toThrow(/SIGABRT/);
  });
});

describe.runIf(cgroups?.folders.memory !== undefined)('with a control group', () => {
  it('bounds the memory of a guest and of what it starts together', async () => {
    const { engine, context } = await start(
      {},
      { allowSubprocess: true, blockedModules: [], maxMemoryMb: 200 },
    );
    expect(context.enforcement.memory).toMatchObject({ status: 'enforced' });
    expect(context.enforcement.memory.by).toContain('cgroup');
    const startMany = (): Promise<unknown> => {
      const { spawn } = process.getBuiltinModule('node:child_process');
      const script = 'const kept = Buffer.alloc(60e6, 1); setTimeout(() => kept, 60_000)';
      const children = Array.from({ length: 6 }, () => spawn(process.execPath, ['-e', script]));
      // Each stays below the limit; all together do not.
      return Promise.race(
        children.map(
          (child) =>
            new Promise((resolve) =>
              child.once('exit', (_, signal) => {
                resolve(signal);
              }),
            ),
        ),
      );
    };
    // The kernel picks one of them, or the guest itself.
    const outcome = await engine.execute(context, startMany).catch((error: unknown) => error);
    const { resourceType } = outcome as { readonly resourceType?: string };
    expect(outcome === 'SIGKILL' || resourceType === 'memory').toBe(true);
  });

  it('is gone when its guest is', async () => {
    const folders = Object.values(cgroups?.folders ?? {});
    const mine = (): string[] =>
      folders.flatMap((folder) =>
        readdirSync(folder).filter((name) => name.startsWith(`truthound-${String(process.pid)}-`)),
      );
    const { engine, context } = await start({});
    expect(mine().length).toBeGreaterThan(0);
    await engine.terminate(context);
    await engine.cleanup();
    expect(mine()).toEqual([]);
  });
});

it.runIf(isLinux)(
  'keeps a policy with programs without bubblewrap, where the kernel is new enough',
  async () => {
    const { context } = await start(
      { findBubblewrap: () => Promise.resolve(undefined) },
      { allowSubprocess: true, blockedModules: [] },
    );
    expect(context.enforcement.network.by).toContain('seccomp');
    expect(context.enforcement.hostSignals.by).toContain('landlock');
    expect(listOpen(context.enforcement)).toEqual(cgroups === undefined ? ['memory'] : []);
  },
);

describe.runIf(isLinux)('a share of CPU', () => {
  const burn = (milliseconds: number): number => {
    const from = process.cpuUsage();
    const end = Date.now() + milliseconds;
    while (Date.now() < end);
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1000 / milliseconds;
  };

  it.each([
    ['the kernel’s quota', {}, 'cgroup', cgroups?.folders.cpu !== undefined],
    ['the host’s governor', { findCgroups: () => undefined }, 'cpu-governor', true],
  ] as const)('is kept by %s', async (_, layers, by, isThere) => {
    if (!isThere) return;
    const { engine, context } = await start(layers, { maxCpuPercent: 30 });
    expect(context.enforcement.cpu.by).toContain(by);
    const share = await engine.execute(context, burn, 2500);
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.4);
  });
});

describe.runIf(process.getuid?.() === 0 && isLinux)('a host that is root', () => {
  const whoAmI = (): number | undefined => process.getuid?.();

  it('runs its guests as nobody, with a folder of their own', async () => {
    const { engine, context } = await start({}, { allowFileWrite: true });
    expect(await engine.execute(context, whoAmI)).toBe(65_534);
    expect(context.enforcement.hostSignals.by).toContain('other-user');
    const write = (): string => {
      const fs = process.getBuiltinModule('node:fs');
      fs.writeFileSync('note.txt', 'mine');
      return fs.readFileSync('note.txt', 'utf8');
    };
    expect(await engine.execute(context, write)).toBe('mine');
  });

  it('keeps them root where nobody could not read the plugin, without root’s privileges', async () => {
    const { engine, context } = await start({}, { allowedPaths: ['/root'] });
    expect(await engine.execute(context, whoAmI)).toBe(0);
    expect(listOpen(context.enforcement)).toEqual([]);
  });
});

it.runIf(isLinux)('takes no link of a guest’s for a folder to write in', async () => {
  const { engine, context } = await start({}, { allowFileWrite: true });
  const plant = (): string => {
    const fs = process.getBuiltinModule('node:fs');
    const path = process.getBuiltinModule('node:path');
    for (const folder of ['..', path.join('..', 'modules')])
      try {
        fs.symlinkSync('/tmp', path.join(folder, 'module-0'));
        return folder;
      } catch {
        // It is not the guest's to write in.
      }
    return '';
  };
  expect(await engine.execute(context, plant)).toBe('');
});
