import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNpm } from './run-program.ts';
import type { WorkspacePackage } from './workspace-packages.ts';

/** What package-lock.json says about one installed package. */
export interface LockEntry {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Path in the workspace -> entry. */
export type Lock = Readonly<Record<string, LockEntry>>;

export interface SbomOptions {
  readonly lock: Lock;
  readonly packages: readonly WorkspacePackage[];
  /** Folder name of a neighbour -> the hash of its tarball, as a registry gives it. */
  readonly integrities: ReadonlyMap<string, string>;
  readonly madeAt: Date;
}

interface Bom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp: string };
}

/**
 * The bill of materials of a package (CycloneDX): what is installed with it for use, with the hash of each.
 *
 * `npm sbom` writes it, from a lock file of the package alone. The same sources give the same bytes: the
 * serial number is a hash of the rest, the time that of the commit.
 */
export function createSbom(of: WorkspacePackage, options: SbomOptions): string {
  const scratch = mkdtempSync(join(tmpdir(), 'truthound-sbom-'));
  try {
    // npm takes the component's name from the path.
    const folder = join(scratch, of.manifest.name);
    mkdirSync(folder, { recursive: true });
    const { name, version, description, license, dependencies } = of.manifest;
    const manifest = { name, version, description, license, dependencies };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(
      join(folder, 'package-lock.json'),
      JSON.stringify({
        name,
        version,
        lockfileVersion: 3,
        requires: true,
        packages: { '': manifest, ...lockOfPackage(of, options) },
      }),
    );
    const output = runNpm(
      ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=library', '--loglevel=error'],
      { cwd: folder },
    );
    return finish(JSON.parse(output) as Bom, options.madeAt);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The entries of a lock file in which the package is the root and its neighbours come from the registry. */
export function lockOfPackage(
  of: WorkspacePackage,
  options: SbomOptions,
): Readonly<Record<string, LockEntry>> {
  const { lock } = options;
  const placed = new Map<string, { readonly from: string; readonly entry: LockEntry }>();
  const visit = (from: string): void => {
    const entry = lock[from];
    if (entry === undefined) throw new Error(`package-lock.json has no "${from}": run npm install`);
    for (const [name, isOptional] of dependenciesOf(entry)) {
      const found = findInstalled(lock, from, name);
      if (found === undefined) {
        if (isOptional) continue;
        throw new Error(`package-lock.json has no "${name}", which "${from}" depends on: run npm install`);
      }
      const target = lock[found]?.link === true ? (lock[found].resolved ?? found) : found;
      const place = placeOf(target, of.folder);
      const other = placed.get(place);
      if (other?.from === target) continue;
      if (other !== undefined) throw new Error(`"${target}" and "${other.from}" would both be "${place}"`);
      placed.set(place, { from: target, entry: publishedEntry(target, options) });
      visit(target);
    }
  };
  visit(`packages/${of.id}`);
  return Object.fromEntries(
    [...placed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([at, { entry }]) => [at, entry]),
  );
}

function dependenciesOf(entry: LockEntry): readonly (readonly [name: string, isOptional: boolean])[] {
  return [
    ...Object.keys(entry.dependencies ?? {}).map((name) => [name, false] as const),
    ...Object.keys(entry.optionalDependencies ?? {}).map((name) => [name, true] as const),
  ];
}

/** Where Node finds `name` from a folder: the nearest `node_modules` upwards. */
function findInstalled(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in lock) return path;
    if (folder === '') return undefined;
  }
}

/** `packages/x/node_modules/y` of the workspace -> where it would be if the root package were installed alone. */
function placeOf(path: string, rootFolder: string): string {
  const [, id = '', rest] = /^packages\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
  if (id === '') return path;
  const isRoot = rootFolder.replaceAll('\\', '/').endsWith(`/packages/${id}`);
  if (isRoot) return rest ?? '';
  return rest === undefined ? `node_modules/@truthound/${id}` : `node_modules/@truthound/${id}/${rest}`;
}

function publishedEntry(path: string, { lock, packages, integrities }: SbomOptions): LockEntry {
  const neighbour = packages.find(({ id }) => path === `packages/${id}`);
  if (neighbour === undefined) {
    const { version, integrity, license, dependencies, optionalDependencies } = lock[path] ?? { version: '' };
    return without({ version, integrity, license, dependencies, optionalDependencies });
  }
  const integrity = integrities.get(neighbour.id);
  if (integrity === undefined) throw new Error(`"${neighbour.id}" must be packed before what depends on it`);
  const { version, license, dependencies } = neighbour.manifest;
  return without({ version, integrity, license, dependencies });
}

function without(entry: { readonly [Key in keyof LockEntry]: LockEntry[Key] | undefined }): LockEntry {
  return Object.fromEntries(
    Object.entries(entry).filter(([, value]) => value !== undefined),
  ) as unknown as LockEntry;
}

function finish(bom: Bom, madeAt: Date): string {
  const timed = { ...bom, serialNumber: '', metadata: { ...bom.metadata, timestamp: madeAt.toISOString() } };
  const digest = createHash('sha256').update(JSON.stringify(timed)).digest();
  return `${JSON.stringify({ ...timed, serialNumber: `urn:uuid:${toUuid(digest)}` }, null, 2)}\n`;
}

/** A UUID of version 8 (RFC 9562): its bits are ours to choose. */
function toUuid(digest: Uint8Array): string {
  const bytes = Uint8Array.from(digest.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
