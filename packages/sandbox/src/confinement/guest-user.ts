/**
 * Whom the guests of a host that is root run as: an ordinary user, where that user can read what the guest
 * must read and write what it may write. Otherwise they stay root, and give up its privileges in the kernel.
 *
 * @module
 */
import { type Dirent, type Stats, readdirSync, statSync } from 'node:fs';
import { lchown } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import type { AppliedLayer } from './enforcement.ts';
import type { PermittedPaths } from './node-permissions.ts';

/** A user and a group, by number. */
export interface UserId {
  readonly uid: number;
  readonly gid: number;
}

/** The user that owns nothing: `nobody`, by the number that the kernel itself uses for it. */
export const NOBODY: UserId = { uid: 65_534, gid: 65_534 };

/** Entries of a tree that are looked at; packages are written with one set of modes. */
const MAX_ENTRIES = 500;

const READ = 0o4;
const WRITE = 0o2;
const ENTER = 0o1;

/** Whether a user that owns none of it may use paths as a guest would. The guest's own folder is not among them. */
export function canUsePaths(user: UserId, { read, write }: PermittedPaths): boolean {
  return (
    read.every((path) => isReachable(user, path) && isOpen(user, path, READ)) &&
    write.every((path) => isReachable(user, path) && isOpen(user, path, READ | WRITE))
  );
}

/** Whether every folder above can be passed through. */
function isReachable(user: UserId, path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!allows(user, look(folder), ENTER)) return false;
    if (folder === parse(folder).root) return true;
  }
}

/** Whether a file, or a folder with what is in it, gives these rights. */
function isOpen(user: UserId, path: string, rights: number): boolean {
  const stats = look(path);
  if (stats?.isDirectory() !== true) return allows(user, stats, rights);
  if (!allows(user, stats, rights | ENTER)) return false;
  return listEntries(path).every(({ entry, at }) => {
    if (entry.isDirectory()) return allows(user, look(at), READ | ENTER);
    return !entry.isFile() || allows(user, look(at), READ);
  });
}

/** What lies in a folder, to some depth and number. */
function listEntries(root: string): readonly { readonly entry: Dirent; readonly at: string }[] {
  const listed: { entry: Dirent; at: string }[] = [];
  const folders = [root];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (listed.length >= MAX_ENTRIES) return listed;
      const at = join(folder, entry.name);
      listed.push({ entry, at });
      if (entry.isDirectory()) folders.push(at);
    }
  }
  return listed;
}

function look(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function allows(user: UserId, stats: Stats | undefined, rights: number): boolean {
  if (stats === undefined) return false;
  const shift = stats.uid === user.uid ? 6 : stats.gid === user.gid ? 3 : 0;
  return ((stats.mode >> shift) & rights) === rights;
}

/** Makes a user the owner of a file, or of a folder with all that is in it; of links, and not of what they lead to. */
export async function giveTo({ uid, gid }: UserId, path: string): Promise<void> {
  const isFolder = statSync(path).isDirectory();
  const names = isFolder ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  for (const each of [path, ...names.map((name) => join(path, name))]) await lchown(each, uid, gid);
}

/** What running as somebody else keeps, where the kernel says that the process does. */
export function otherUserLayer({ uid }: UserId, pid: number): readonly AppliedLayer[] {
  if (look(`/proc/${String(pid)}`)?.uid !== uid) return [];
  const who = `it runs as user ${String(uid)}`;
  return [
    {
      name: 'other-user',
      claims: [
        // Guests of other sandboxes run as the same user.
        { guarantee: 'hostSignals', strength: 'partial', detail: `${who}, and the host as another` },
        { guarantee: 'fileWrite', strength: 'partial', detail: `${who}, who owns nothing` },
        { guarantee: 'fileRead', strength: 'partial', detail: `${who}, who owns nothing` },
      ],
    },
  ];
}
