import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Where a package lies that a file in `from` would get. */
function findPackage(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) throw new Error(`${name} is not installed`);
  }
}

/** The same files once more: by name alone where the disk allows it, which takes no time. */
function copyFolder(source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) copyFolder(from, to);
    else if (entry.isFile()) {
      try {
        linkSync(from, to);
      } catch {
        copyFileSync(from, to);
      }
    }
  }
}

/** Copies a package, as it was installed, and all that it depends on, into the `node_modules` of `folder`. */
export function copyPackage(name: string, folder: string, from: string = import.meta.dirname): void {
  const source = findPackage(name, from);
  const target = join(folder, 'node_modules', name);
  if (existsSync(target)) return;
  copyFolder(source, target);
  const { dependencies = {} } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
  for (const dependency of Object.keys(dependencies))
    if (!existsSync(join(source, 'node_modules', dependency))) copyPackage(dependency, folder, source);
}
