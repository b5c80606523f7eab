// Compares what the packages declare with the arrows of the architecture:
//
//   enterprise -> sandbox, signing, versioning, dependencies, lifecycle, hot-reload -> protocols
//
// Imports are checked by dependency-cruiser, with the same arrows.
//
//   node tools/check-boundaries.ts [packages folder]

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MIDDLE = ['sandbox', 'signing', 'versioning', 'dependencies', 'lifecycle', 'hot-reload'] as const;

/** Package -> the neighbours it may declare. */
const ARROWS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['protocols', []],
  ...MIDDLE.map((name): [string, readonly string[]] => [name, ['protocols']]),
  ['enterprise', [...MIDDLE, 'protocols']],
]);

interface PackageJson {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const faults = findBoundaryFaults(process.argv[2] ?? join(import.meta.dirname, '..', 'packages'));
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`Package boundaries: ${String(ARROWS.size)} packages keep to the arrows`);

/** All faults found below `packagesFolder`, each a sentence; empty when the packages keep to the arrows. */
function findBoundaryFaults(packagesFolder: string): string[] {
  const folders = readdirSync(packagesFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const missing = [...ARROWS.keys()].filter((name) => !folders.includes(name));
  return [
    ...missing.map((name) => `packages/${name} is in the arrow table, but does not exist`),
    ...folders.flatMap((name) => findFaultsOf(name, readPackageJson(join(packagesFolder, name)))),
  ];
}

function findFaultsOf(name: string, manifest: PackageJson): string[] {
  const allowed = ARROWS.get(name);
  if (allowed === undefined)
    return [`packages/${name} is not in the arrow table of tools/check-boundaries.ts`];

  const faults: string[] = [];
  if (manifest.name !== `@truthound/${name}`) {
    faults.push(`packages/${name} is named "${String(manifest.name)}" instead of "@truthound/${name}"`);
  }
  for (const dependency of declaredDependencies(manifest)) {
    if (dependency.startsWith('@truthound/')) {
      const neighbour = dependency.slice('@truthound/'.length);
      if (!allowed.includes(neighbour)) faults.push(`packages/${name} must not depend on "${dependency}"`);
    } else if (name === 'protocols') {
      faults.push(`packages/protocols must not depend on anything, but declares "${dependency}"`);
    }
  }
  return faults;
}

function declaredDependencies(manifest: PackageJson): string[] {
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
}

function readPackageJson(folder: string): PackageJson {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
}
