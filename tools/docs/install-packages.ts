/**
 * The one step of a page that is not done as it says: `npm install` of packages that are not published yet.
 * Afterwards the reader's folder holds what npm would have put there: the packages, what they depend on, their
 * commands, and entries in `package.json`.
 *
 * @module
 */
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackageSource } from './package-source.ts';

export interface InstallRequest {
  readonly names: readonly string[];
  /** The reader's folder. */
  readonly folder: string;
  readonly from: PackageSource;
  readonly isDev: boolean;
}

interface PackageJson {
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export async function installPackages({ names, folder, from, isDev }: InstallRequest): Promise<void> {
  const modules = join(folder, 'node_modules');
  const installed = new Set<string>();
  for (const name of names) await install(name, names, modules, from, installed);
  await recordIn(join(folder, 'package.json'), names, modules, isDev);
}

async function install(
  name: string,
  names: readonly string[],
  modules: string,
  from: PackageSource,
  installed: Set<string>,
): Promise<void> {
  if (installed.has(name)) return;
  installed.add(name);
  const own = from.folders.get(name);
  const folder = own ?? join(from.thirdParties, name);
  if (!existsSync(folder)) throw new Error(`the page installs "${name}", which is not in this workspace`);
  const target = join(modules, name);
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true });
  // What a plugin depends on has to be real files; what ours depend on finds its own from where it really is.
  const isLinked = own === undefined ? !names.includes(name) : from.isLinked;
  if (isLinked) await symlink(folder, target);
  else await cp(folder, target, { recursive: true, dereference: true });
  if (own === undefined && isLinked) return;
  if (own !== undefined) await addCommands(target, join(modules, '.bin'));
  const { dependencies = {} } = await readPackageJson(folder);
  for (const dependency of Object.keys(dependencies))
    await install(dependency, names, modules, from, installed);
}

/** The commands of a package run what was built; where only sources are, the source of that. */
export async function addCommands(packageFolder: string, bin: string): Promise<void> {
  await mkdir(bin, { recursive: true });
  for (const [command, file] of Object.entries((await readPackageJson(packageFolder)).bin ?? {})) {
    const built = join(packageFolder, file);
    const source = built.replace(/\/dist\/(.*)\.js$/, '/src/$1.ts');
    const target = existsSync(source) ? source : built;
    await writeFile(join(bin, command), `#!/bin/sh\nexec node "${target}" "$@"\n`, { mode: 0o755 });
  }
}

async function recordIn(
  file: string,
  names: readonly string[],
  modules: string,
  isDev: boolean,
): Promise<void> {
  const field = isDev ? 'devDependencies' : 'dependencies';
  const json: Partial<PackageJson> = existsSync(file) ? await readPackageJson(file) : {};
  const entries = { ...json[field] };
  for (const name of names) entries[name] = `^${(await readPackageJson(join(modules, name))).version}`;
  await writeFile(file, `${JSON.stringify({ ...json, [field]: entries }, null, 2)}\n`);
}

async function readPackageJson(folderOrFile: string): Promise<PackageJson> {
  const file = folderOrFile.endsWith('.json') ? folderOrFile : join(folderOrFile, 'package.json');
  return JSON.parse(await readFile(file, 'utf8')) as PackageJson;
}
