import { statSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { Fault } from '@truthound/protocols';

interface Target {
  /** Where in `package.json`: `exports["./csv"].import`. */
  readonly path: string;
  readonly file: string;
}

/** Faults of `exports` and of the entry: files that are not there, or lie outside. */
export function findExportFaults(root: string, packageJson: unknown, entry: string): readonly Fault[] {
  const { exports: exportsField, main } = packageJson as {
    readonly exports?: unknown;
    readonly main?: unknown;
  };
  if (exportsField === undefined) {
    if (entry !== '.')
      return [{ path: 'truthound.entry', problem: `is "${entry}", and the package has no exports at all` }];
    const file = typeof main === 'string' ? main : './index.js';
    return findFileFaults(root, { path: typeof main === 'string' ? 'main' : 'exports', file });
  }
  const targets = [...listTargets(exportsField, 'exports')];
  const hasEntry = entryNames(exportsField).includes(entry);
  return [
    ...(hasEntry
      ? []
      : [{ path: 'exports', problem: `does not name "${entry}", which is the plugin's entry` }]),
    ...targets.flatMap((target) => findFileFaults(root, target)),
  ];
}

function entryNames(exportsField: unknown): readonly string[] {
  if (typeof exportsField !== 'object' || exportsField === null) return ['.'];
  const names = Object.keys(exportsField);
  return names.some((name) => name.startsWith('.')) ? names : ['.'];
}

function* listTargets(value: unknown, path: string): Generator<Target> {
  if (typeof value === 'string') yield { path, file: value };
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield* listTargets(inner, key.startsWith('.') ? `${path}["${key}"]` : `${path}.${key}`);
    }
  }
}

function findFileFaults(root: string, { path, file }: Target): readonly Fault[] {
  // A pattern stands for many files, and for none that could be missed.
  if (file.includes('*')) return [];
  const location = join(root, file);
  const way = relative(root, location);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
    return [{ path, problem: `leads out of the package, to "${file}"` }];
  if (statSync(location, { throwIfNoEntry: false })?.isFile() === true) return [];
  return [{ path, problem: `names "${file}", which is not there: build the plugin, or correct the name` }];
}
