import { cp, mkdir, readdir, realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { CliError } from '../cli-error.ts';
import type { Placement } from './place-packages.ts';

const DEVELOPMENT_FOLDERS = ['test', 'tests', '__tests__', 'coverage', 'benchmark', 'benchmarks'];
const DEVELOPMENT_FILES = /\.(?:d\.[cm]?ts|map|tsbuildinfo)$/;
const ALWAYS_SHIPPED = /^(?:package\.json|readme|licen[cs]e|notice)(?:\.|$)/i;

/** Copies what a package ships as real files; its own `node_modules` are placed apart. @throws CliError for a link that leaves it */
export async function copyPackage({ from, path, packageJson }: Placement, target: string): Promise<void> {
  // What came from a registry holds what its author packed; a linked package holds all of its sources.
  const isPacked = from.split(sep).includes('node_modules');
  const shipped = isPacked ? undefined : packageJson.files?.map((entry) => resolve(from, toFolder(entry)));
  const isWanted = (file: string): boolean => isShipped(relative(from, file), file, shipped);
  await mkdir(join(target, path), { recursive: true });
  for (const name of await readdir(from)) {
    const file = join(from, name);
    // A target inside the plugin is not part of it.
    if (!isWanted(file) || isWithin(target, file)) continue;
    await cp(file, join(target, path, name), {
      recursive: true,
      dereference: true,
      filter: async (inner) => {
        if (!isWanted(inner)) return false;
        await assertStaysInside(inner, from);
        return true;
      },
    });
  }
}

/** The part of an entry of `files` before its first wildcard. */
function toFolder(entry: string): string {
  const [fixed = ''] = entry.split('*');
  return fixed === entry ? entry : fixed.slice(0, fixed.lastIndexOf('/') + 1);
}

/** As npm packs: what `files` lists where it is given, and never what only development needs. */
function isShipped(inPackage: string, file: string, shipped: readonly string[] | undefined): boolean {
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
  if (!isWithin(real, root))
    throw new CliError(`${file} is a link that leaves its package, to ${real}: remove it`);
  if (real !== file && isWithin(file, real))
    throw new CliError(`${file} is a link to a folder that holds it: remove it`);
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
