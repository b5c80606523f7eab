import { EventEmitter } from 'node:events';
import { symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openTreeWatcher } from '../../src/watch/tree-watcher.ts';
import { createScratchFolder } from '../support/scratch-folder.ts';

class FakeWatcher extends EventEmitter {
  closed = false;

  async close(): Promise<void> {
    this.closed = true;
  }
}

const opened: FakeWatcher[] = [];

vi.mock('chokidar', () => ({
  watch: () => {
    const watcher = new FakeWatcher();
    opened.push(watcher);
    setImmediate(() => watcher.emit('ready'));
    return watcher;
  },
}));

async function openFake(
  path: string,
): Promise<{ watcher: FakeWatcher; stirred: unknown[]; errors: unknown[] }> {
  const stirred: unknown[] = [];
  const errors: unknown[] = [];
  await openTreeWatcher(
    { path, isIgnored: ({ relativePath }) => relativePath === 'ignored' },
    {
      onSeen: () => undefined,
      onStirred: (file) => stirred.push(file),
      onError: (error) => errors.push(error),
    },
  );
  return { watcher: opened.at(-1)!, stirred, errors };
}

it('suspects everything when the system lost track of what changed', async () => {
  const { watcher, stirred } = await openFake(await createScratchFolder());
  watcher.emit('raw', 'change', null, { watchedPath: '/x' });
  watcher.emit('raw', 'change', 'file', undefined);
  watcher.emit('raw', 'change', 'file', null);
  expect(stirred).toEqual([undefined, undefined, undefined]);
});

it('pays heed to raw events below the path only, and not to what is ignored', async () => {
  const path = await createScratchFolder();
  const { watcher, stirred } = await openFake(path);
  watcher.emit('raw', 'change', 'main.js', { watchedPath: path });
  watcher.emit('raw', 'change', 'ignored', { watchedPath: path });
  watcher.emit('raw', 'change', 'neighbour.js', { watchedPath: join(path, '..') });
  expect(stirred).toEqual([join(path, 'main.js')]);
});

it('passes trouble on and stays open', async () => {
  const { watcher, errors } = await openFake(await createScratchFolder());
  const trouble = new Error('ENOSPC: System limit for number of file watchers reached');
  watcher.emit('error', trouble);
  expect(errors).toEqual([trouble]);
  expect(watcher.closed).toBe(false);
});

it('passes on that a link leads nowhere any more', async () => {
  const folder = await createScratchFolder();
  const link = join(folder, 'current');
  await symlink(folder, link);
  const { watcher, errors } = await openFake(link);
  await unlink(link);
  watcher.emit('all', 'unlink', link, undefined);
  await vi.waitFor(() => {
    expect(errors).toMatchObject([{ code: 'ENOENT' }]);
  });
});
