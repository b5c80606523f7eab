import { parseJson } from '@truthound/protocols';
import { readFile, realpath } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliError } from '../cli-error.ts';

/** The fields of `package.json` that packing looks at. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package that another one needs in production. */
export interface PackageNeed {
  readonly name: string;
  readonly isOptional: boolean;
}

/** Reads the `package.json` of a folder. @throws CliError */
export async function readPackageJson(folder: string): Promise<PackageJson> {
  const file = join(folder, 'package.json');
  try {
    return parseJson(await readFile(file, 'utf8')) as PackageJson;
  } catch (cause) {
    throw new CliError(`${file} cannot be read: ${(cause as Error).message}`, undefined, { cause });
  }
}

/** What a package needs in production, by name. */
export function listNeeds(packageJson: PackageJson): readonly PackageNeed[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = packageJson;
  const optional = new Set(Object.keys(optionalDependencies));
  for (const [name, meta] of Object.entries(packageJson.peerDependenciesMeta ?? {})) {
    if (meta.optional === true) optional.add(name);
  }
  const names = new Set(
    [dependencies, optionalDependencies, peerDependencies].flatMap((list) => Object.keys(list)),
  );
  return [...names].sort().map((name) => ({ name, isOptional: optional.has(name) }));
}

/** The real folder of the package that code in `from` gets for `name`, whatever its exports allow. */
export async function findPackage(name: string, from: string): Promise<string | undefined> {
  try {
    const file = findPackageJSON(name, pathToFileURL(join(from, 'package.json')));
    return file === undefined ? undefined : await realpath(dirname(file));
  } catch {
    // Not installed: the caller knows whether that matters.
    return undefined;
  }
}
