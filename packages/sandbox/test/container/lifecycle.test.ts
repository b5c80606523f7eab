import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AIRGAPPED,
  STRICT,
  SandboxError,
  type SandboxLogEvent,
  SandboxResourceError,
  SandboxTimeoutError,
  createPolicy,
  findUnenforced,
} from '@truthound/protocols';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ContainerSandboxEngine } from '../../src/index.ts';
import { containerRuntimes } from '../support/container-runtimes.ts';
import { inspectContainer, listContainersOf, listImages } from '../support/engine-command.ts';
import { PROCESS_POLICY } from '../support/policy.ts';

/** A machine that does other things as well takes its time to start containers. */
const PATIENT_MS = 180_000;
vi.setConfig({ testTimeout: PATIENT_MS, hookTimeout: PATIENT_MS });

/** Processes of a container, as this machine sees them. */
function listProcessesOf(containerId: string): readonly string[] {
  return fs.readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && fs.readFileSync(`/proc/${name}/cgroup`, 'utf8').includes(containerId);
    } catch {
      return false;
    }
  });
}

function listOwnFolders(): readonly string[] {
  return fs
    .readdirSync(tmpdir())
    .filter((name) => name.startsWith(`truthound-sandbox-${String(process.pid)}-`));
}

describe.skipIf(containerRuntimes.length === 0).each(containerRuntimes)(
  'a sandbox in a container of %s',
  (runtime) => {
    const engine = new ContainerSandboxEngine({ runtime });
    let images: readonly string[];
    let outside: string;

    beforeAll(async () => {
      images = listImages(runtime);
      outside = await mkdtemp(join(tmpdir(), 'container-outside-'));
      fs.chmodSync(outside, 0o777);
      fs.writeFileSync(join(outside, 'granted.txt'), 'granted');
    });

    afterAll(async () => {
      await engine.cleanup();
      await rm(outside, { recursive: true, force: true });
    });

    /** The only container that runs. */
    function ownContainer(): ReturnType<typeof inspectContainer> {
      const names = listContainersOf(runtime);
      expect(names).toHaveLength(1);
      return inspectContainer(runtime, names[0] ?? '');
    }

    it('W-11 is ordered with every limit of its policy', async () => {
      const policy = createPolicy({
        base: STRICT,
        maxMemoryMb: 160,
        maxCpuPercent: 60,
        maxFileDescriptors: 40,
        allowedPaths: [outside],
      });
      await using context = await engine.createSandbox('inspected', policy);
      expect(findUnenforced(context.enforcement)).toEqual([]);
      const { Config, HostConfig, Mounts } = ownContainer();
      const bytes = 160 * 1024 * 1024;
      expect(HostConfig).toMatchObject({
        Memory: bytes,
        MemorySwap: bytes,
        NanoCpus: 0.6e9,
        PidsLimit: 64,
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        AutoRemove: true,
        Privileged: false,
      });
      expect(HostConfig.CapAdd ?? []).toEqual([]);
      // Podman writes the list out.
      expect(HostConfig.CapDrop).toEqual(
        expect.arrayContaining([runtime === 'docker' ? 'ALL' : 'CAP_SETUID']),
      );
      expect(HostConfig.SecurityOpt).toEqual(
        expect.arrayContaining(['no-new-privileges', expect.stringMatching(/^seccomp=/)]),
      );
      expect(Object.keys(HostConfig.Tmpfs)).toEqual(['/tmp']);
      expect(HostConfig.Tmpfs['/tmp']).toMatch(`rw,nosuid,nodev,noexec,size=${String(bytes / 4)},mode=1777`);
      const ulimits = HostConfig.Ulimits.map(
        ({ Name, Soft, Hard }) => [Name.replace('RLIMIT_', '').toLowerCase(), Soft, Hard] as const,
      );
      expect(ulimits).toEqual(
        expect.arrayContaining([
          ['core', 0, 0],
          ['nofile', 104, 104],
        ]),
      );
      expect(Config.User).toBe('65534:65534');
      expect(Config.Labels).toMatchObject({
        'truthound.sandbox': expect.stringMatching(/^truthound-/) as string,
      });
      expect(Mounts.filter(({ RW }) => RW)).toEqual([]);
      expect(Mounts.map(({ Destination }) => Destination)).toEqual(
        expect.arrayContaining([outside, '/run/truthound']),
      );
    });

    it('keeps all that AIRGAPPED asks', async () => {
      await using context = await engine.createSandbox('airgapped', AIRGAPPED);
      expect(findUnenforced(context.enforcement)).toEqual([]);
      expect(context.enforcement.network.by).toEqual(
        expect.arrayContaining(['network-namespace', 'seccomp']),
      );
    });

    it('W-09 is gone with its container when a call takes too long', async () => {
      const hurried = createPolicy({ base: PROCESS_POLICY, maxExecutionTimeSec: 0.2 });
      await using context = await engine.createSandbox('slow', hurried);
      const { Id } = ownContainer();
      const call = engine.execute(context, () => {
        for (;;);
      });
      await expect(call).rejects.toThrow(SandboxTimeoutError);
      expect(listContainersOf(runtime)).toEqual([]);
      expect(listProcessesOf(Id)).toEqual([]);
    });

    it('W-12 tells of memory when the kernel ends it for want of that', async () => {
      const policy = createPolicy({ base: PROCESS_POLICY, maxMemoryMb: 96, allowFileWrite: true });
      await using context = await engine.createSandbox('greedy', policy);
      let exit: unknown;
      context.on('exit', (event) => (exit = event));
      // Its heap is limited by itself; only the container counts files in memory with it.
      const call = engine.execute(context, () => {
        const { writeFileSync } = process.getBuiltinModule('node:fs');
        for (let file = 0; file < 22; file += 1) writeFileSync(`/tmp/${String(file)}`, Buffer.alloc(1 << 20));
        const kept: Uint8Array[] = [];
        for (let size = 0; size < 70; size += 1) kept.push(new Uint8Array(1 << 20).fill(size));
        return kept.length;
      });
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SandboxResourceError);
      expect(error).toMatchObject({ resourceType: 'memory', limit: 96, signal: 'SIGKILL' });
      expect(exit).toMatchObject({ signal: 'SIGKILL' });
      expect(listContainersOf(runtime)).toEqual([]);
    });

    it('W-12 tells of memory when the heap is full', async () => {
      const policy = createPolicy({ base: PROCESS_POLICY, maxMemoryMb: 64 });
      await using context = await engine.createSandbox('hoarder', policy);
      const call = engine.execute(context, () => {
        const kept: object[] = [];
        for (;;) kept.push({ kept: kept.length });
      });
      await expect(call).rejects.toThrow(SandboxResourceError);
      expect(listContainersOf(runtime)).toEqual([]);
    });

    it('tells of a crash, with its signal or exit code', async () => {
      await using context = await engine.createSandbox('crashing', PROCESS_POLICY);
      const error: unknown = await engine
        .execute(context, () => {
          process.abort();
        })
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SandboxError);
      expect(error).not.toBeInstanceOf(SandboxResourceError);
      // The kernel gives a container's first process no SIGABRT; the C library then takes harder measures.
      expect(error).toMatchObject({ signal: expect.stringMatching(/^SIG(?:ABRT|SEGV|TRAP|ILL)$/) as string });
      expect(listContainersOf(runtime)).toEqual([]);
    });

    it('W-08 takes the processes along that its plugin has started', async () => {
      const policy = createPolicy({ base: PROCESS_POLICY, allowSubprocess: true, blockedModules: [] });
      await using context = await engine.createSandbox('parent', policy);
      const { Id } = ownContainer();
      await engine.execute(context, () => {
        const { spawn } = process.getBuiltinModule('node:child_process');
        spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { detached: true });
      });
      expect(listProcessesOf(Id)).toHaveLength(2);
      await engine.terminate(context);
      expect(listProcessesOf(Id)).toEqual([]);
    });

    it('W-08 hands on what its plugin prints, and drops what is too much', async () => {
      await using context = await engine.createSandbox('talkative', PROCESS_POLICY);
      const events: SandboxLogEvent[] = [];
      const told = new Promise<void>((resolve) => {
        context.on('log', (event) => {
          events.push(event);
          if (event.text === 'the end') resolve();
        });
      });
      await engine.execute(context, () => {
        console.log('hello');
        console.error('the end');
      });
      await told;
      expect(events.map(({ level, text }) => [level, text]).toSorted()).toEqual([
        ['stderr', 'the end'],
        ['stdout', 'hello'],
      ]);
      const startedAt = performance.now();
      await engine.execute(context, async () => {
        const line = `${'x'.repeat(1000)}\n`;
        for (let count = 0; count < 5000; count += 1)
          if (!process.stdout.write(line))
            await new Promise((resolve) => process.stdout.once('drain', resolve));
      });
      // Some 1000 such lines a second, counted by the second.
      expect(events.length).toBeLessThan(1100 * ((performance.now() - startedAt) / 1000 + 2));
      expect(context.isAlive).toBe(true);
    });

    it('W-10 runs plugins with their packages, modules by path, and functions', async () => {
      const root = join(outside, 'plugin');
      fs.mkdirSync(join(root, 'node_modules', 'greeting'), { recursive: true });
      fs.writeFileSync(join(root, 'package.json'), '{"name":"w10","type":"module","exports":"./main.js"}');
      fs.writeFileSync(
        join(root, 'main.js'),
        "import greeting from 'greeting';\nexport const greet = (name) => greeting(name);\nexport const where = () => new Error('here').stack;\n",
      );
      fs.writeFileSync(join(root, 'node_modules', 'greeting', 'package.json'), '{"main":"greeting.cjs"}');
      fs.writeFileSync(
        join(root, 'node_modules', 'greeting', 'greeting.cjs'),
        "module.exports = (name) => 'hello ' + name;\n",
      );
      await using context = await engine.createSandbox('w10', PROCESS_POLICY, { plugin: root });
      expect(context.exports).toEqual(['greet', 'where']);
      expect(await engine.execute(context, { export: 'greet' }, 'world')).toBe('hello world');
      expect(await engine.execute(context, { export: 'where' })).toContain(join(root, 'main.js'));
      const elsewhere = join(outside, 'elsewhere.mjs');
      fs.writeFileSync(elsewhere, 'export const double = (value) => 2 * value;\n', { mode: 0o600 });
      expect(await engine.execute(context, { module: elsewhere, export: 'double' }, 21)).toBe(42);
      expect(await engine.execute(context, (value: number) => value + 1, 41)).toBe(42);
    });

    it('W-10 runs a plugin that only its owner can read', async () => {
      const root = join(outside, 'private');
      fs.mkdirSync(root, { mode: 0o700 });
      fs.writeFileSync(join(root, 'index.js'), "exports.answer = () => 'from a private folder';\n", {
        mode: 0o600,
      });
      await using context = await engine.createSandbox('private', PROCESS_POLICY, { plugin: root });
      expect(await engine.execute(context, { export: 'answer' })).toBe('from a private folder');
    });

    it('sees the paths that its policy grants, and writes where it may', async () => {
      const written = join(outside, 'written');
      fs.mkdirSync(written);
      fs.chmodSync(written, 0o777);
      const policy = createPolicy({
        base: PROCESS_POLICY,
        allowFileWrite: true,
        allowedPaths: [join(outside, 'granted.txt')],
        writablePaths: [written],
      });
      await using context = await engine.createSandbox('reader', policy);
      const read = (path: string): string => process.getBuiltinModule('node:fs').readFileSync(path, 'utf8');
      const write = (path: string): void => {
        process.getBuiltinModule('node:fs').writeFileSync(path, 'by the plugin');
      };
      expect(await engine.execute(context, read, join(outside, 'granted.txt'))).toBe('granted');
      await engine.execute(context, write, join(written, 'new.txt'));
      expect(fs.readFileSync(join(written, 'new.txt'), 'utf8')).toBe('by the plugin');
      await expect(engine.execute(context, write, join(outside, 'granted.txt'))).rejects.toThrow();
      await expect(engine.execute(context, write, join(outside, 'other.txt'))).rejects.toThrow();
    });

    it.each(['/', '/proc', '/tmp'])('refuses to be granted %s, which is its own', async (path) => {
      const policy = createPolicy({ base: PROCESS_POLICY, allowedPaths: [path] });
      await expect(engine.createSandbox('grasping', policy)).rejects.toThrow(
        `plugin "grasping" is granted "${path}", which cannot be put into a container`,
      );
    });

    it('refuses to be debugged, and says where that is possible', async () => {
      await expect(engine.createSandbox('debugged', PROCESS_POLICY, { debug: true })).rejects.toThrow(
        /cannot be debugged in a container, .* ProcessSandboxEngine/,
      );
    });

    it('leaves nothing when its start is given up', async () => {
      const abort = new AbortController();
      const start = engine.createSandbox('unwanted', PROCESS_POLICY, { signal: abort.signal });
      setImmediate(() => {
        abort.abort(new Error('no longer wanted'));
      });
      await expect(start).rejects.toThrow('no longer wanted');
      expect(listContainersOf(runtime)).toEqual([]);
    });

    it('waits ready started where a standby is asked for, and is used once', async () => {
      await using ready = new ContainerSandboxEngine({ runtime, standby: 1 });
      const plugin = join(outside, 'standby');
      fs.mkdirSync(plugin);
      fs.writeFileSync(
        join(plugin, 'index.js'),
        'exports.where = () => __filename;\nglobalThis.calls = 0;\nexports.count = () => ++globalThis.calls;\n',
      );
      const use = async (): Promise<string> => {
        await using context = await ready.createSandbox('next', PROCESS_POLICY, { plugin });
        expect(await ready.execute(context, { export: 'count' })).toBe(1);
        return await ready.execute<string>(context, { export: 'where' });
      };
      // A container that is started for a plugin mounts it; one that waited gets a copy.
      expect(await use()).toBe(join(plugin, 'index.js'));
      await expect.poll(use, { timeout: PATIENT_MS / 2 }).toMatch(/\/copies\/plugin\/index\.js$/);
      await ready.cleanup();
      expect(listContainersOf(runtime)).toEqual([]);
    });

    it('leaves nothing behind: no container, mount, process, folder, or image', async () => {
      await using context = await engine.createSandbox('last', PROCESS_POLICY);
      const { Id } = ownContainer();
      const folders = listOwnFolders();
      expect(folders).toHaveLength(1);
      expect(listProcessesOf(Id)).not.toEqual([]);
      await engine.terminate(context);
      expect(listContainersOf(runtime)).toEqual([]);
      expect(listProcessesOf(Id)).toEqual([]);
      expect(listOwnFolders()).toEqual([]);
      expect(fs.readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(Id);
      expect(listImages(runtime)).toEqual(images);
    });
  },
);
