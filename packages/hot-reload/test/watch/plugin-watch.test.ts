import { lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReloadResult } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { PluginWatch, type PluginWatchSettings } from '../../src/watch/plugin-watch.ts';
import type { TreeListener } from '../../src/watch/tree-watcher.ts';
import { PLUGIN } from '../support/create-setup.ts';
import { createScratchFolder } from '../support/scratch-folder.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

interface WatchSetup {
  readonly watch: PluginWatch;
  readonly tree: TreeListener;
  readonly clock: VirtualClock;
  readonly file: string;
  readonly events: unknown[][];
  readonly warnings: Error[];
  readonly counts: { closed: number; cancelled: number; reloads: number };
}

async function createWatch(overrides: Partial<PluginWatchSettings> = {}): Promise<WatchSetup> {
  const path = await createScratchFolder();
  const file = join(path, 'main.js');
  await writeFile(file, 'one');
  const clock = new VirtualClock();
  const warnings: Error[] = [];
  const counts = { closed: 0, cancelled: 0, reloads: 0 };
  let tree: TreeListener | undefined;
  const watch = await PluginWatch.open({
    pluginId: PLUGIN,
    path,
    debounceMs: 100,
    clock,
    isIgnored: () => false,
    reload: async () => {
      counts.reloads += 1;
      return { success: true } as ReloadResult;
    },
    onWarning: (warning) => warnings.push(warning),
    onCancelled: () => {
      counts.cancelled += 1;
    },
    openTree: async (_options, listener) => {
      tree = listener;
      listener.onSeen(file, await lstat(file));
      return {
        close: async () => {
          counts.closed += 1;
        },
      };
    },
    ...overrides,
  });
  const events: unknown[][] = [];
  watch.on('change', ({ changes }) => events.push(['change', ...changes.map(({ type }) => type)]));
  watch.on('reload', ({ success }) => events.push(['reload', success]));
  return { watch, tree: tree!, clock, file, events, warnings, counts };
}

/** Lets a look at the disk finish, which takes real time, however little. */
async function untilEvents({ clock, events }: WatchSetup, count: number): Promise<void> {
  while (events.length < count) await clock.settle();
}

describe('PluginWatch', () => {
  it('W-64: tells of many changes once, when all has been quiet for the debounce time', async () => {
    const setup = await createWatch();
    const { tree, clock, file, events, counts } = setup;
    await writeFile(file, 'two');
    for (let save = 0; save < 10; save += 1) {
      tree.onStirred(file);
      await clock.advance(99);
    }
    expect(events).toEqual([]);
    await clock.advance(1);
    await untilEvents(setup, 2);
    expect(events).toEqual([
      ['change', 'changed'],
      ['reload', true],
    ]);
    expect(counts.reloads).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('stays silent when a stir has changed nothing', async () => {
    const setup = await createWatch();
    setup.tree.onStirred(setup.file);
    setup.tree.onStirred(undefined);
    await setup.clock.advance(1_000);
    for (let turns = 0; turns < 20; turns += 1) await setup.clock.settle();
    expect(setup.events).toEqual([]);
  });

  it('does not look twice at a time', async () => {
    const timers: (() => void)[] = [];
    const clock = {
      now: () => 0,
      setTimer: (callback: () => void) => {
        timers.push(callback);
        return () => undefined;
      },
    };
    const setup = await createWatch({ clock });
    await writeFile(setup.file, 'two');
    setup.tree.onStirred(setup.file);
    timers.shift()?.();
    setup.tree.onStirred(setup.file);
    timers.shift()?.();
    // The second look found the first under way and waits anew.
    expect(timers).toHaveLength(1);
    await untilEvents(setup, 2);
    expect(setup.events).toHaveLength(2);
  });

  it('only tells of changes when it is not to reload', async () => {
    const setup = await createWatch({ reload: undefined });
    await rm(setup.file);
    setup.tree.onStirred(setup.file);
    await setup.clock.advance(100);
    await untilEvents(setup, 1);
    await setup.clock.settle();
    expect(setup.events).toEqual([['change', 'removed']]);
  });

  it('W-64: goes on after a listener throws, and tells of that', async () => {
    const setup = await createWatch();
    const { watch, tree, clock, file, events } = setup;
    const errors: string[] = [];
    watch.on('error', ({ message }) => errors.push(message));
    watch.on('change', () => {
      throw new Error('listener is broken');
    });
    watch.on('reload', () => Promise.reject(new Error('so is this')));
    for (const [text, count] of [
      ['two', 2],
      ['three', 4],
    ] as const) {
      await writeFile(file, text);
      tree.onStirred(file);
      await clock.advance(100);
      await untilEvents(setup, count);
      await clock.settle();
    }
    expect(errors).toEqual([
      'plugin "csv": a listener for "change" threw: listener is broken',
      'plugin "csv": a listener for "reload" threw: so is this',
      'plugin "csv": a listener for "change" threw: listener is broken',
      'plugin "csv": a listener for "reload" threw: so is this',
    ]);
    expect(events).toHaveLength(4);
  });

  it('W-64: goes on after trouble with watching', async () => {
    const setup = await createWatch();
    const { watch, tree, clock, file, events, warnings } = setup;
    tree.onError(new Error('ENOSPC: no watches left'));
    expect(warnings[0]?.message).toContain('is in trouble: ENOSPC: no watches left');
    const errors: Error[] = [];
    watch.on('error', (error) => errors.push(error));
    tree.onError('odd');
    expect(errors[0]?.message).toContain('odd');
    expect(warnings).toHaveLength(1);
    await writeFile(file, 'two');
    tree.onStirred(file);
    await clock.advance(100);
    await untilEvents(setup, 2);
    expect(events).toHaveLength(2);
  });

  it('goes on after the disk could not be looked at', async () => {
    const setup = await createWatch();
    const { tree, clock, file, warnings } = setup;
    tree.onStirred(join(file, '..', 'x'.repeat(300)));
    await clock.advance(100);
    while (warnings.length === 0) await clock.settle();
    expect(warnings[0]?.message).toContain('cannot be looked at: ENAMETOOLONG');
    await writeFile(file, 'two');
    tree.onStirred(file);
    await clock.advance(100);
    await untilEvents(setup, 1);
  });

  it('warns when a listener for errors throws', async () => {
    const setup = await createWatch();
    setup.watch.on('error', () => {
      throw new Error('worse');
    });
    setup.tree.onError(new Error('bad'));
    await setup.clock.settle();
    expect(setup.warnings.map(({ message }) => message)).toEqual([
      'plugin "csv": a listener for "error" threw: worse',
    ]);
  });

  it('W-64: releases everything when it is cancelled, once', async () => {
    const setup = await createWatch();
    const { watch, tree, clock, file, events, counts, warnings } = setup;
    tree.onStirred(file);
    expect(clock.pending).toBe(1);
    await Promise.all([watch.cancel(), watch.cancel(), watch[Symbol.asyncDispose]()]);
    expect(counts).toMatchObject({ closed: 1, cancelled: 1 });
    expect(watch.isActive).toBe(false);
    expect(clock.pending).toBe(0);
    tree.onStirred(file);
    tree.onError(new Error('late'));
    expect(clock.pending).toBe(0);
    expect(events).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('starts no reload when a listener cancels at the change', async () => {
    const setup = await createWatch();
    const { watch, tree, clock, file, counts } = setup;
    watch.on('change', () => watch.cancel());
    await writeFile(file, 'two');
    tree.onStirred(file);
    await clock.advance(100);
    await untilEvents(setup, 1);
    await clock.settle();
    expect(counts.reloads).toBe(0);
  });

  it('ends a subscription by itself, also of a listener that was given twice', async () => {
    const setup = await createWatch();
    let told = 0;
    const listener = (): void => {
      told += 1;
    };
    const first = setup.watch.on('error', listener);
    setup.watch.on('error', listener);
    first();
    first();
    setup.tree.onError(new Error('once'));
    expect(told).toBe(1);
  });
});
