/**
 * Makes a plugin folder that can be signed and shipped: the package and every package it needs, nothing else.
 *
 * In a workspace, npm keeps dependencies of all packages in one place and links packages to each other. A plugin
 * is signed as a folder, and read from a copy of that folder, so all that it imports has to lie inside, as real
 * files. Packages are put flat below `node_modules`, and inside their dependant where two versions clash: where
 * Node looks them up anyway.
 *
 * @module
 */
import { cp, mkdir, readFile, readdir, realpath, rm } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface AssembleOptions {
  /** Folder of the plugin's package, with its dependencies installed. */
  readonly source: string | URL;
  /** Folder to make; it must not hold anything yet. */
  readonly target: string | URL;
}

/** One package in the assembled folder. */
export interface AssembledPackage {
  readonly name: string;
  readonly version: string;
  /** Relative to the target, with `/`; empty for the plugin itself. */
  readonly path: string;
}

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Placement {
  /** Real folder that it was found in. */
  readonly from: string;
  /** Path in the target; empty for the plugin. */
  readonly path: string;
  readonly packageJson: PackageJson;
}

const DEVELOPMENT_FOLDERS = ['test', 'tests', '__tests__', 'coverage', 'benchmark', 'benchmarks'];
const DEVELOPMENT_FILES = /\.(?:d\.[cm]?ts|map|tsbuildinfo)$/;
const ALWAYS_SHIPPED = /^(?:package\.json|readme|licen[cs]e|notice)(?:\.|$)/i;

/**
 * Copies the package at `source` with the closure of its production dependencies to `target`.
 *
 * @returns what was put where, the plugin first.
 * @throws Error when `target` is not empty, a dependency is not installed, or a link leaves its package; what
 *   was written until then is removed.
 */
export async function assemblePlugin(options: AssembleOptions): Promise<readonly AssembledPackage[]> {
  const source = await realpath(toPath(options.source));
  const target = resolve(toPath(options.target));
  await mkdir(target, { recursive: true });
  if ((await readdir(target)).length > 0) {
    throw new Error(`"${target}" is not empty: a plugin is assembled into a folder of its own`);
  }
  try {
    const placements = await placePackages(source);
    for (const placement of placements) await copyPackage(placement, target);
    return placements.map(({ path, packageJson: { name, version } }) => ({ name, version, path }));
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw error;
  }
}

/** Decides where each package goes. Breadth first, so the plugin's own dependencies get the flat places. */
async function placePackages(source: string): Promise<readonly Placement[]> {
  const root: Placement = { from: source, path: '', packageJson: await readPackageJson(source) };
  const placed = new Map([['', root]]);
  for (const dependant of placed.values()) {
    for (const { name, isOptional } of listDependencies(dependant)) {
      const from = await findPackage(name, dependant);
      if (from === undefined) {
        if (isOptional) continue;
        throw new Error(
          `"${name}", which "${dependant.packageJson.name}" depends on, is not installed: run "npm install" first`,
        );
      }
      const visible = findVisible(placed, dependant.path, name);
      if (visible?.from === from) continue;
      const parent = visible === undefined ? '' : dependant.path;
      const path = joinPath(parent, `node_modules/${name}`);
      placed.set(path, { from, path, packageJson: await readPackageJson(from) });
    }
  }
  return [...placed.values()];
}

function listDependencies({ packageJson }: Placement): readonly { name: string; isOptional: boolean }[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = packageJson;
  const optional = new Set(Object.keys(optionalDependencies));
  for (const [name, { optional: isOptional }] of Object.entries(packageJson.peerDependenciesMeta ?? {})) {
    if (isOptional === true) optional.add(name);
  }
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).sort();
  return names.map((name) => ({ name, isOptional: optional.has(name) }));
}

/** The real folder of the package that `dependant` gets for `name`, whatever its `exports` allow. */
async function findPackage(name: string, dependant: Placement): Promise<string | undefined> {
  try {
    const found = findPackageJSON(name, pathToFileURL(join(dependant.from, 'package.json')));
    return found === undefined ? undefined : await realpath(dirname(found));
  } catch {
    return undefined;
  }
}

/** What Node would find for `name` from `path`: the nearest `node_modules` upwards. */
function findVisible(
  placed: ReadonlyMap<string, Placement>,
  path: string,
  name: string,
): Placement | undefined {
  let folder = path;
  for (;;) {
    const found = placed.get(joinPath(folder, `node_modules/${name}`));
    if (found !== undefined || folder === '') return found;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
  }
}

async function copyPackage({ from, path, packageJson }: Placement, target: string): Promise<void> {
  const shipped = isPacked(from)
    ? undefined
    : packageJson.files?.map((entry) => resolve(from, toFolder(entry)));
  await cp(from, join(target, path), {
    recursive: true,
    dereference: true,
    filter: async (file) => {
      const inPackage = relative(from, file);
      if (inPackage === '') return true;
      if (!isProductionFile(inPackage, file, shipped)) return false;
      await assertStaysInside(file, from);
      return true;
    },
  });
}

/** What came from a registry holds only what its author packed; a linked package holds all of its sources. */
function isPacked(folder: string): boolean {
  return folder.split(sep).includes('node_modules');
}

/** The part of an entry of `files` before its first wildcard. */
function toFolder(entry: string): string {
  const [fixed = ''] = entry.split('*');
  return fixed === entry ? entry : fixed.slice(0, fixed.lastIndexOf('/') + 1);
}

/** As npm packs: what `files` lists where it is given, and never what only development needs. */
function isProductionFile(inPackage: string, file: string, shipped: readonly string[] | undefined): boolean {
  const [top = '', ...below] = inPackage.split(sep);
  const name = below.at(-1) ?? top;
  if (name === 'node_modules' || name.startsWith('.') || DEVELOPMENT_FILES.test(name)) return false;
  if (DEVELOPMENT_FOLDERS.includes(top)) return false;
  if (shipped === undefined || (below.length === 0 && ALWAYS_SHIPPED.test(top))) return true;
  return shipped.some((entry) => isWithin(file, entry) || isWithin(entry, file));
}

/** A link may lead to another place of its package; one that leads out would ship a stranger's files. */
async function assertStaysInside(file: string, root: string): Promise<void> {
  const real = await realpath(file);
  if (!isWithin(real, root)) throw new Error(`"${file}" is a link that leaves its package, to "${real}"`);
  if (real !== file && isWithin(file, real)) throw new Error(`"${file}" is a link to a folder that holds it`);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

async function readPackageJson(folder: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

function joinPath(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`;
}

function toPath(path: string | URL): string {
  return typeof path === 'string' ? path : fileURLToPath(path);
}
