/**
 * Finding plugins: manifests are read, and none of their code is run.
 *
 * @module
 */
import { readdirSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ManifestError, type PluginManifest } from '@truthound/protocols';
import { assertRanges } from './assert-ranges.ts';
import { readManifest, readPackageJson } from './read-manifest.ts';
import type { ParseRange } from '../plugin-resolution.ts';

/** A plugin that was found. */
export interface DiscoveredPlugin {
  readonly path: string;
  readonly manifest: PluginManifest;
}

/** A folder that was to be a plugin and is none, or one of two with the same id. */
export interface DiscoveryProblem {
  readonly path: string;
  readonly error: ManifestError;
}

/** What was found, in the order of folders and names. */
export interface Discovery {
  readonly plugins: readonly DiscoveredPlugin[];
  readonly problems: readonly DiscoveryProblem[];
}

/** The sub-folders of a plugin directory. @throws ManifestError when the directory cannot be listed */
function listFolders(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map((entry) => join(directory, entry.name))
      .sort();
  } catch (cause) {
    throw new ManifestError(
      {
        file: directory,
        faults: [{ path: '', problem: `the plugin directory cannot be read: ${String(cause)}` }],
      },
      { cause },
    );
  }
}

/** Folders of the host's own direct dependencies that say they are plugins. Packages further down do not count. */
function listHostDependencies(hostRoot: string): readonly string[] {
  let packageJson: unknown;
  try {
    packageJson = readPackageJson(hostRoot);
  } catch {
    // A host without a package.json has no dependencies.
    return [];
  }
  const { dependencies } = packageJson as { readonly dependencies?: Readonly<Record<string, string>> };
  return Object.keys(dependencies ?? {})
    .sort()
    .map((name) => findPackageJSON(name, pathToFileURL(join(hostRoot, 'package.json'))))
    .filter((file) => file !== undefined)
    .map((file) => dirname(file))
    .filter(isPluginPackage);
}

function isPluginPackage(folder: string): boolean {
  try {
    return Object.hasOwn(readPackageJson(folder) as object, 'truthound');
  } catch {
    return false;
  }
}

/** Where to look. */
export interface DiscoveryOptions {
  readonly pluginDirs: readonly string[];
  readonly scanEntrypoints: boolean;
  readonly hostRoot: string;
  readonly parseRange: ParseRange;
}

/** Looks for plugins. Faults of one folder never keep the others from being found. */
export function discoverPlugins({
  pluginDirs,
  scanEntrypoints,
  hostRoot,
  parseRange,
}: DiscoveryOptions): Discovery {
  const problems: DiscoveryProblem[] = [];
  const collect = <Value>(path: string, find: () => Value): Value | undefined => {
    try {
      return find();
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      problems.push({ path, error });
      return undefined;
    }
  };
  const folders = [
    ...pluginDirs.flatMap((directory) => collect(directory, () => listFolders(directory)) ?? []),
    ...(scanEntrypoints ? listHostDependencies(hostRoot) : []),
  ];
  const found = folders.flatMap((path) => {
    const manifest = collect(path, () =>
      assertRanges(readManifest(path), join(path, 'package.json'), parseRange),
    );
    return manifest === undefined ? [] : [{ path, manifest }];
  });
  const { unique, clashes } = separateClashes(found);
  return { plugins: unique, problems: [...problems, ...clashes] };
}

/** Two plugins of one id: neither is loaded, because one of them is not what the host means. */
function separateClashes(found: readonly DiscoveredPlugin[]): {
  readonly unique: readonly DiscoveredPlugin[];
  readonly clashes: readonly DiscoveryProblem[];
} {
  const byId = new Map<string, DiscoveredPlugin[]>();
  for (const plugin of found) byId.set(plugin.manifest.id, [...(byId.get(plugin.manifest.id) ?? []), plugin]);
  const unique: DiscoveredPlugin[] = [];
  const clashes: DiscoveryProblem[] = [];
  for (const [id, plugins] of byId) {
    const paths = plugins.map(({ path }) => path);
    if (plugins.length === 1) unique.push(...plugins);
    else {
      for (const path of paths) {
        const others = paths.filter((other) => other !== path).join(', ');
        const problem = `"${id}" is also the id of the plugin in ${others}: remove one of them, or change its truthound.id`;
        clashes.push({
          path,
          error: new ManifestError({
            file: join(path, 'package.json'),
            faults: [{ path: 'truthound.id', problem }],
          }),
        });
      }
    }
  }
  return { unique, clashes };
}
