import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SIGNATURE_FILE } from '@truthound/signing';
import type { Fault } from '@truthound/protocols';

/** A file with its size. */
export interface SizedFile {
  /** Relative to the plugin, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** What lies in a plugin's folder. */
export interface PluginFiles {
  readonly files: readonly SizedFile[];
  readonly totalBytes: number;
  /** What cannot be signed, and why. */
  readonly refused: readonly Fault[];
  /** What would be signed and shipped although it probably should not be. */
  readonly suspicious: readonly Fault[];
}

const SUSPICIOUS: readonly { readonly matches: RegExp; readonly problem: string }[] = [
  { matches: /(?:^|\/)\.git$/, problem: 'is a repository: everybody who gets the plugin gets its history' },
  { matches: /(?:^|\/)\.env(?:\.|$)/, problem: 'looks like a file of secrets' },
  { matches: /\.(?:pem|key|p12|pfx)$/, problem: 'looks like a key: keep keys out of the plugin' },
];

/** Walks a plugin's folder, follows no link and opens no file. */
export async function listPluginFiles(root: string, signal?: AbortSignal): Promise<PluginFiles> {
  const files: SizedFile[] = [];
  const refused: Fault[] = [];
  const suspicious: Fault[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted();
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const doubt = SUSPICIOUS.find(({ matches }) => matches.test(path));
      if (doubt !== undefined) suspicious.push({ path, problem: doubt.problem });
      if (entry.isDirectory()) folders.push(path);
      else if (!entry.isFile()) refused.push({ path, problem: refusalOf(entry.isSymbolicLink()) });
      else if (path !== SIGNATURE_FILE) files.push({ path, bytes: (await lstat(join(root, path))).size });
    }
  }
  const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
    a.path < b.path ? -1 : 1;
  return {
    files: files.sort(byPath),
    totalBytes: files.reduce((total, { bytes }) => total + bytes, 0),
    refused: refused.sort(byPath),
    suspicious: suspicious.sort(byPath),
  };
}

function refusalOf(isLink: boolean): string {
  return isLink
    ? 'is a link, which cannot be signed: "truthound pack" puts real files in its place'
    : 'is neither a file nor a folder: remove it';
}
