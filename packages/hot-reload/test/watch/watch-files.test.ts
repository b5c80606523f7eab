import { utimesSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LifecycleState, ReloadStrategy, ValidationError } from '@truthound/protocols';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { HotReloadManager, type WatchEvents, type WatchHandle, type WatchOptions } from '../../src/index.ts';
import { PLUGIN } from '../support/create-setup.ts';
import { FakeLifecycle } from '../support/fake-lifecycle.ts';
import { FakeLoader } from '../support/fake-loader.ts';
import { createBehaviour } from '../support/fake-plugin.ts';
import { createScratchFolder } from '../support/scratch-folder.ts';

interface RealWatch {
  readonly folder: string;
  readonly handle: WatchHandle;
  readonly loader: FakeLoader;
  readonly manager: HotReloadManager;
  /** The changes of the next event, as `type path`. */
  nextChange(): Promise<string[]>;
  next<Name extends keyof WatchEvents>(event: Name): Promise<WatchEvents[Name]>;
}

async function createRealWatch(
  options: Partial<WatchOptions> = {},
  prepare: (folder: string) => Promise<string> = async (folder) => folder,
): Promise<RealWatch> {
  const folder = await createScratchFolder();
  await mkdir(join(folder, 'lib'));
  await writeFile(join(folder, 'package.json'), '{}');
  await writeFile(join(folder, 'lib', 'main.js'), 'one');
  const pluginPath = await prepare(folder);
  const loader = new FakeLoader(PLUGIN, createBehaviour('1.0.0'));
  loader.onDisk = createBehaviour('2.0.0');
  const lifecycle = new FakeLifecycle(PLUGIN, LifecycleState.ACTIVE);
  const manager = new HotReloadManager(lifecycle, { loader, bakeTimeMs: 0 });
  onTestFinished(() => manager[Symbol.asyncDispose]());
  const handle = await manager.watch({
    pluginId: PLUGIN,
    pluginPath,
    debounceMs: 150,
    autoReload: false,
    ...options,
  });
  const next: RealWatch['next'] = (event) =>
    new Promise((resolve) => {
      const unsubscribe = handle.on(event, (payload) => {
        unsubscribe();
        resolve(payload);
      });
    });
  const nextChange = async (): Promise<string[]> => {
    const { changes } = await next('change');
    return changes.map(({ type, path }) => `${type} ${relative(handle.path, path)}`).sort();
  };
  return { folder, handle, loader, manager, nextChange, next };
}

describe('HotReloadManager.watch, on real files', () => {
  it('W-65: reloads the plugin when a file changes', async () => {
    const strategy = ReloadStrategy.ROLLING;
    const { folder, next, loader } = await createRealWatch({ autoReload: true, strategy });
    const reload = next('reload');
    await writeFile(join(folder, 'lib', 'main.js'), 'three');
    expect(await reload).toMatchObject({ success: true, pluginId: PLUGIN, newVersion: '2.0.0', strategy });
    expect(loader.serving[0]?.version).toBe('2.0.0');
  });

  it('W-65: reloads again at the next change, and tells of a reload that failed', async () => {
    const { folder, next, loader } = await createRealWatch({ autoReload: true });
    const file = join(folder, 'lib', 'main.js');
    loader.onDisk = createBehaviour('2.0.0', { health: () => ({ isHealthy: false }) });
    const first = next('reload');
    await writeFile(file, 'syntax error');
    expect(await first).toMatchObject({ success: false });
    loader.onDisk = createBehaviour('2.0.1');
    const second = next('reload');
    await writeFile(file, 'repaired');
    expect(await second).toMatchObject({ success: true, newVersion: '2.0.1' });
  });

  it('W-64: sees additions, deletions, renames and files of any kind', async () => {
    const { folder, nextChange } = await createRealWatch();
    let change = nextChange();
    await writeFile(join(folder, 'table.bin'), 'x');
    expect(await change).toEqual(['added table.bin']);

    change = nextChange();
    await writeFile(join(folder, 'package.json'), '{"version":"2.0.0"}');
    expect(await change).toEqual(['changed package.json']);

    change = nextChange();
    await rename(join(folder, 'table.bin'), join(folder, 'lib', 'table.bin'));
    expect(await change).toEqual(['added lib/table.bin', 'removed table.bin']);

    change = nextChange();
    await rm(join(folder, 'lib'), { recursive: true });
    expect(await change).toEqual(['removed lib/main.js', 'removed lib/table.bin']);
  });

  it('sees files in folders that are made later', async () => {
    const { folder, nextChange } = await createRealWatch();
    let change = nextChange();
    await mkdir(join(folder, 'a', 'b'), { recursive: true });
    await writeFile(join(folder, 'a', 'b', 'c.js'), 'x');
    expect(await change).toEqual(['added a/b/c.js']);
    change = nextChange();
    await writeFile(join(folder, 'a', 'b', 'c.js'), 'xyz');
    expect(await change).toEqual(['changed a/b/c.js']);
  });

  it('W-64: sees edits that keep size and modification time, also close upon each other', async () => {
    const time = new Date('2026-01-01T00:00:00Z');
    const { folder, nextChange } = await createRealWatch({ debounceMs: 1 }, async (scratch) => {
      await utimes(join(scratch, 'lib', 'main.js'), time, time);
      return scratch;
    });
    const file = join(folder, 'lib', 'main.js');
    for (const text of ['two', 'six', 'ten']) {
      const change = nextChange();
      writeFileSync(file, text);
      utimesSync(file, time, time);
      expect(await change).toEqual(['changed lib/main.js']);
    }
  });

  it('does not take reading for a change', async () => {
    const { folder, nextChange } = await createRealWatch();
    const change = nextChange();
    await readFile(join(folder, 'lib', 'main.js'));
    await utimes(join(folder, 'package.json'), new Date(), new Date());
    expect(await change).toEqual(['changed package.json']);
  });

  it('takes an atomic save for one change', async () => {
    const { folder, nextChange } = await createRealWatch();
    const file = join(folder, 'lib', 'main.js');
    for (const text of ['first', 'second']) {
      const change = nextChange();
      await writeFile(`${file}.tmp123`, text);
      await rename(file, `${file}~`);
      await rename(`${file}.tmp123`, file);
      await rm(`${file}~`);
      expect(await change).toEqual(['changed lib/main.js']);
    }
  });

  it('passes over what it is told to, and what editors leave behind', async () => {
    const { folder, nextChange } = await createRealWatch({
      ignored: ['store', (file) => file.endsWith('.log')],
    });
    await mkdir(join(folder, 'store'));
    const change = nextChange();
    await writeFile(join(folder, 'store', 'snapshot'), 'x');
    await writeFile(join(folder, 'run.log'), 'x');
    await writeFile(join(folder, 'lib', '.main.js.swp'), 'x');
    await writeFile(join(folder, 'seen.js'), 'x');
    expect(await change).toEqual(['added seen.js']);
  });

  it('sees the folder come back after it was replaced as a whole', async () => {
    const { folder, nextChange } = await createRealWatch({}, async (scratch) => join(scratch, 'lib'));
    let change = nextChange();
    await rm(join(folder, 'lib'), { recursive: true });
    expect(await change).toEqual(['removed main.js']);
    change = nextChange();
    await mkdir(join(folder, 'lib'));
    await writeFile(join(folder, 'lib', 'main.js'), 'anew');
    expect(await change).toEqual(['added main.js']);
    change = nextChange();
    await writeFile(join(folder, 'lib', 'main.js'), 'and on');
    expect(await change).toEqual(['changed main.js']);
  });

  it('follows a link that is pointed at another version', async () => {
    const { folder, next } = await createRealWatch({}, async (scratch) => {
      await rename(join(scratch, 'lib'), join(scratch, 'v1'));
      await mkdir(join(scratch, 'v2'));
      await writeFile(join(scratch, 'v2', 'main.js'), 'two');
      await symlink('v1', join(scratch, 'current'));
      return join(scratch, 'current');
    });
    let change = next('change');
    await writeFile(join(folder, 'v1', 'main.js'), 'edited');
    expect((await change).changes.map(({ path }) => path)).toEqual([join(folder, 'v1', 'main.js')]);

    change = next('change');
    await symlink('v2', join(folder, 'next'));
    await rename(join(folder, 'next'), join(folder, 'current'));
    expect((await change).changes.map(({ path }) => path)).toContain(join(folder, 'current'));

    const paths = new Set<string>();
    while (!paths.has(join(folder, 'v2', 'main.js'))) {
      change = next('change');
      await writeFile(join(folder, 'v2', 'main.js'), `edited ${paths.size}`);
      for (const { path } of (await change).changes) paths.add(path);
    }
  });

  it('watches a single file, by a URL as well', async () => {
    const { folder, handle, next } = await createRealWatch({}, async (scratch) =>
      join(scratch, 'lib', 'main.js'),
    );
    expect(basename(handle.path)).toBe('main.js');
    const change = next('change');
    await writeFile(join(folder, 'lib', 'other.js'), 'x');
    await writeFile(join(folder, 'lib', 'main.js'), 'changed');
    expect((await change).changes).toEqual([{ path: join(folder, 'lib', 'main.js'), type: 'changed' }]);
    const pluginPath = pathToFileURL(folder);
    const { manager } = await createRealWatch();
    expect((await manager.watch({ pluginId: PLUGIN, pluginPath })).path).toBe(folder);
  });

  it(
    'W-64: watches 10,000 files with a handle a folder, and lets go of all',
    { timeout: 180_000 },
    async () => {
      const countHandles = (): number =>
        process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap' || name === 'FSEVENTWRAP')
          .length;
      const before = countHandles();
      const { folder, handle, nextChange } = await createRealWatch({}, async (scratch) => {
        for (let index = 0; index < 100; index += 1) {
          const sub = join(scratch, `d${index}`);
          await mkdir(sub);
          await Promise.all(
            Array.from({ length: 100 }, (_, file) => writeFile(join(sub, `${file}.js`), 'x')),
          );
        }
        return scratch;
      });
      expect(countHandles() - before).toBeLessThanOrEqual(102);
      const change = nextChange();
      await writeFile(join(folder, 'd57', '99.js'), 'xyz');
      await rm(join(folder, 'd3', '0.js'));
      expect(await change).toEqual(['changed d57/99.js', 'removed d3/0.js']);
      await handle.cancel();
      // Node closes handles in the turns of its loop that follow.
      await vi.waitFor(() => {
        expect(countHandles()).toBe(before);
      });
    },
  );

  it('W-64: tells nothing after it was cancelled, and holds nothing open', async () => {
    const { folder, handle, manager } = await createRealWatch();
    let told = 0;
    handle.on('change', () => {
      told += 1;
    });
    await writeFile(join(folder, 'package.json'), '{ }');
    await handle.cancel();
    const other = await manager.watch({
      pluginId: PLUGIN,
      pluginPath: folder,
      autoReload: false,
      debounceMs: 150,
    });
    const change = new Promise((resolve) => other.on('change', resolve));
    await writeFile(join(folder, 'package.json'), '{  }');
    await change;
    expect(told).toBe(0);
    await manager.stopAll();
    expect([handle.isActive, other.isActive]).toEqual([false, false]);
  });

  it('refuses a path that is not there, and options that are wrong', async () => {
    const { folder, manager } = await createRealWatch();
    const pluginPath = join(folder, 'nothing');
    await expect(manager.watch({ pluginId: PLUGIN, pluginPath })).rejects.toThrow(/ENOENT.*nothing/);
    const wrong = {
      pluginId: '',
      pluginPath: new URL('https://example.org/'),
      autoReload: 1,
      ignored: [3],
      debounce: 1,
    };
    const refused = manager.watch(wrong as never);
    await expect(refused).rejects.toBeInstanceOf(ValidationError);
    await expect(refused).rejects.toThrow(/pluginId[\s\S]*pluginPath[\s\S]*autoReload[\s\S]*ignored/);
    await expect(refused).rejects.toThrow(/debounce is not an option/);
    await expect(
      manager.watch({ pluginId: PLUGIN, pluginPath: folder, ignored: 'x' as never }),
    ).rejects.toThrow(/a list/);
  });

  it('gives up opening when the signal aborts', async () => {
    const { folder, manager } = await createRealWatch();
    const opening = manager.watch({
      pluginId: PLUGIN,
      pluginPath: folder,
      signal: AbortSignal.abort(new Error('no')),
    });
    await expect(opening).rejects.toThrow('no');
    const controller = new AbortController();
    const second = manager.watch({ pluginId: PLUGIN, pluginPath: folder, signal: controller.signal });
    setImmediate(() => {
      controller.abort(new Error('changed my mind'));
    });
    await expect(second).rejects.toThrow('changed my mind');
  });
});
