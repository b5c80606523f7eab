import {
  chmod,
  lstat,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileTracker } from '../../src/watch/file-tracker.ts';
import { createScratchFolder } from '../support/scratch-folder.ts';

async function createTracked(): Promise<{ tracker: FileTracker; file: string; folder: string }> {
  const folder = await createScratchFolder();
  const file = join(folder, 'main.js');
  await writeFile(file, 'one');
  const tracker = new FileTracker();
  tracker.learn(file, await lstat(file));
  return { tracker, file, folder };
}

async function typesOf(tracker: FileTracker, ...suspects: string[]): Promise<string[]> {
  for (const suspect of suspects) tracker.suspect(suspect);
  return (await tracker.findChanges()).map(({ type }) => type);
}

describe('FileTracker', () => {
  it('W-64: sees an edit that keeps size and modification time', async () => {
    const { tracker, file } = await createTracked();
    const { atime, mtime } = await stat(file);
    await writeFile(file, 'two');
    await utimes(file, atime, mtime);
    expect(await typesOf(tracker, file)).toEqual(['changed']);
  });

  it('W-64: sees a file put in the place of another one of the same size and time', async () => {
    const { tracker, file, folder } = await createTracked();
    const { atime, mtime } = await stat(file);
    const other = join(folder, 'other');
    await writeFile(other, 'two');
    await utimes(other, atime, mtime);
    await rename(other, file);
    expect(await typesOf(tracker, file)).toEqual(['changed']);
  });

  it('sees a change of mode, for modes are signed', async () => {
    const { tracker, file } = await createTracked();
    await chmod(file, 0o755);
    expect(await typesOf(tracker, file)).toEqual(['changed']);
  });

  it('does not take reading for a change', async () => {
    const { tracker, file } = await createTracked();
    await readFile(file);
    expect(await typesOf(tracker, file)).toEqual([]);
  });

  it('W-64: sees additions, removals and renames', async () => {
    const { tracker, file, folder } = await createTracked();
    const renamed = join(folder, 'index.js');
    await rename(file, renamed);
    expect(await typesOf(tracker, file, renamed)).toEqual(['removed', 'added']);
    await rm(renamed);
    expect(await typesOf(tracker, renamed)).toEqual(['removed']);
  });

  it('does not take what came and went for a change', async () => {
    const { tracker, folder } = await createTracked();
    expect(await typesOf(tracker, join(folder, 'main.js.tmp'))).toEqual([]);
  });

  it('tells a change once', async () => {
    const { tracker, file } = await createTracked();
    await writeFile(file, 'longer');
    expect(await typesOf(tracker, file, file)).toEqual(['changed']);
    expect(await typesOf(tracker, file)).toEqual([]);
  });

  it('looks at everything it knows when it is told no place', async () => {
    const { tracker, file } = await createTracked();
    await rm(file);
    tracker.suspectAll();
    expect(await tracker.findChanges()).toEqual([{ path: file, type: 'removed' }]);
  });

  it('passes over folders, sees links as themselves, and a folder in the place of a file as its removal', async () => {
    const { tracker, file, folder } = await createTracked();
    await mkdir(join(folder, 'lib'));
    await symlink('nowhere', join(folder, 'link'));
    expect(await typesOf(tracker, join(folder, 'lib'), join(folder, 'link'))).toEqual(['added']);
    await rm(file);
    await mkdir(file);
    expect(await typesOf(tracker, file)).toEqual(['removed']);
    expect(await typesOf(tracker, join(folder, 'link', 'below'))).toEqual([]);
  });

  it('says what the file system says', async () => {
    const { tracker, folder } = await createTracked();
    await expect(typesOf(tracker, join(folder, 'x'.repeat(300)))).rejects.toThrow(/ENAMETOOLONG/);
  });
});
