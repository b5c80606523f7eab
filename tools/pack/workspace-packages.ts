import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly files?: readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package of this workspace that is published. */
export interface WorkspacePackage {
  /** Name of its folder. */
  readonly id: string;
  readonly folder: string;
  readonly manifest: PackageJson;
  /** Folder names of the neighbours that it depends on. */
  readonly neighbours: readonly string[];
}

const SCOPE = '@truthound/';

export function readPackageJson(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}

/** All packages below `root`, each after the neighbours that it depends on. */
export function listPackages(root: string): readonly WorkspacePackage[] {
  const found = new Map(
    globSync('packages/*/package.json', { cwd: root })
      .sort()
      .map((file) => {
        const folder = dirname(join(root, file));
        const manifest = readPackageJson(folder);
        const id = basename(folder);
        const neighbours = Object.keys(manifest.dependencies ?? {})
          .filter((name) => name.startsWith(SCOPE))
          .map((name) => name.slice(SCOPE.length));
        return [id, { id, folder, manifest, neighbours }];
      }),
  );
  const ordered = new Map<string, WorkspacePackage>();
  const visit = (id: string): void => {
    const each = found.get(id);
    if (each === undefined)
      throw new Error(`a package depends on "${SCOPE}${id}", which is not in packages/`);
    if (ordered.has(id)) return;
    for (const neighbour of each.neighbours) visit(neighbour);
    ordered.set(id, each);
  };
  for (const id of found.keys()) visit(id);
  return [...ordered.values()];
}

/** Those of `packages` that are named, with the neighbours that they depend on; all where none is named. */
export function selectPackages(
  packages: readonly WorkspacePackage[],
  names: readonly string[],
): readonly WorkspacePackage[] {
  const unknown = names.find((name) => !packages.some(({ id }) => id === name));
  if (unknown !== undefined) throw new Error(`packages/${unknown} does not exist`);
  const wanted = new Set(names.flatMap((name) => [...closureOf(name, packages)]));
  return names.length === 0 ? packages : packages.filter(({ id }) => wanted.has(id));
}

/** The folder names of the packages that one needs, itself included. */
export function closureOf(id: string, packages: readonly WorkspacePackage[]): ReadonlySet<string> {
  const own = packages.find((each) => each.id === id);
  return new Set([id, ...(own?.neighbours ?? []).flatMap((each) => [...closureOf(each, packages)])]);
}
