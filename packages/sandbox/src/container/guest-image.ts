/**
 * An image made of this machine's own Node: the program, its shared libraries, and nothing else. There is no
 * shell in it, no package manager and no other program, and no registry is asked for it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ContainerRuntime } from './container-runtime.ts';
import { readNodeFiles } from './shared-libraries.ts';
import { type TarEntry, writeTar } from './tar-archive.ts';

/** Where the image has its Node. */
export const IMAGE_NODE = '/usr/local/bin/node';
const REPOSITORY = 'localhost/truthound-guest';
const READABLE = 0o555;

/** An image that sandboxes can run on. */
export interface GuestImage {
  /** The name that engines know it by: it ends with a digest of the files that went in. */
  readonly reference: string;
  /** Version of the Node inside. */
  readonly nodeVersion: string;
}

/** The members of the image's file system. */
function listEntries(binary: string, libraries: readonly string[]): readonly TarEntry[] {
  const folders = new Set<string>();
  for (const path of [IMAGE_NODE, ...libraries, '/etc/passwd'])
    for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) folders.add(folder);
  return [
    ...[...folders].sort().map((path): TarEntry => ({ type: 'folder', path, mode: 0o755 })),
    { type: 'folder', path: '/tmp', mode: 0o1777 },
    { type: 'text', path: '/etc/passwd', text: 'nobody:x:65534:65534:nobody:/tmp:/nonexistent\n' },
    { type: 'text', path: '/etc/group', text: 'nogroup:x:65534:\n' },
    { type: 'file', path: IMAGE_NODE, source: binary, mode: READABLE },
    ...libraries.map((path): TarEntry => ({ type: 'file', path, source: path, mode: READABLE })),
  ];
}

const digests = new Map<string, Promise<string>>();

/** SHA-256 over the archive's bytes. Taken once for each state of the files: it reads all of Node. */
async function digestOf(node: string, entries: readonly TarEntry[]): Promise<string> {
  const files = entries.flatMap((entry) => (entry.type === 'file' ? [entry.source] : []));
  const states = await Promise.all(files.map((file) => stat(file)));
  const key = JSON.stringify([node, states.map(({ ino, size, mtimeMs }) => [ino, size, mtimeMs])]);
  const digest = digests.get(key) ?? hash(entries);
  digests.set(key, digest);
  return digest;
}

async function hash(entries: readonly TarEntry[]): Promise<string> {
  const sha256 = createHash('sha256');
  for await (const chunk of writeTar(entries)) sha256.update(chunk);
  return sha256.digest('hex');
}

/**
 * Makes sure that the engine has an image of a Node, and answers it. The same files give the same name, so
 * an image that is there already is taken as it is.
 *
 * @param node the Node to take @defaultValue the one that runs this
 */
export async function ensureGuestImage(
  runtime: ContainerRuntime,
  {
    node = process.execPath,
    signal,
  }: { readonly node?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<GuestImage> {
  const { version, binary, libraries } = await readNodeFiles(node);
  const entries = listEntries(binary, libraries);
  const digest = await digestOf(binary, entries);
  const reference = `${REPOSITORY}:${version}-${digest.slice(0, 16)}`;
  if (!(await runtime.hasImage(reference))) await runtime.importImage(reference, writeTar(entries), signal);
  return { reference, nodeVersion: version };
}
