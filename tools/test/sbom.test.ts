import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Lock, type SbomOptions, createSbom, lockOfPackage } from '../pack/sbom.ts';
import { type WorkspacePackage, listPackages } from '../pack/workspace-packages.ts';
import { workspaceRoot } from './workspace.ts';

interface Bom {
  readonly metadata: { readonly component: { readonly purl: string; readonly name: string } };
  readonly components: readonly {
    readonly purl: string;
    readonly hashes: readonly unknown[];
    readonly licenses: readonly unknown[];
  }[];
}

const packages = listPackages(workspaceRoot);
const { packages: lock } = JSON.parse(readFileSync(join(workspaceRoot, 'package-lock.json'), 'utf8')) as {
  packages: Lock;
};
const OPTIONS: SbomOptions = {
  lock,
  packages,
  integrities: new Map(packages.map(({ id }) => [id, `sha512-${Buffer.alloc(64, id).toString('base64')}`])),
  madeAt: new Date('2026-12-01T00:00:00Z'),
};

function find(id: string): WorkspacePackage {
  return packages.find((each) => each.id === id)!;
}

describe('the bill of materials of a package', () => {
  it('names what is installed with it, each with hash and licence', { timeout: 240_000 }, () => {
    const { metadata, components } = JSON.parse(createSbom(find('versioning'), OPTIONS)) as Bom;

    expect(metadata.component.name).toBe('@truthound/versioning');
    expect(components.map(({ purl }) => purl.replace(/@[\d.]+$/, ''))).toEqual([
      'pkg:npm/%40truthound/protocols',
      'pkg:npm/semver',
    ]);
    for (const { hashes, licenses } of components) {
      expect(hashes).toHaveLength(1);
      expect(licenses).toHaveLength(1);
    }
  });

  // Starts npm twice.
  it('is the same each time', { timeout: 240_000 }, () => {
    expect(createSbom(find('lifecycle'), OPTIONS)).toBe(createSbom(find('lifecycle'), OPTIONS));
  });
});

describe('the lock file of a package alone', () => {
  const chokidar = { version: '6.0.0', integrity: 'sha512-chokidar', dependencies: { readdirp: '5' } };
  const small: Lock = {
    'packages/enterprise': {
      version: '1.0.0',
      dependencies: { '@truthound/hot-reload': '1.0.0', commander: '15' },
    },
    'packages/enterprise/node_modules/commander': { version: '15.0.0' },
    'packages/hot-reload': { version: '1.0.0', dependencies: { chokidar: '6' } },
    'packages/hot-reload/node_modules/chokidar': chokidar,
    'node_modules/@truthound/hot-reload': { version: '', link: true, resolved: 'packages/hot-reload' },
    'node_modules/chokidar': { version: '3.0.0' },
    'node_modules/readdirp': { version: '5.0.0' },
  };
  const options: SbomOptions = { ...OPTIONS, lock: small };

  it('holds each package where npm would put it', () => {
    const entries = lockOfPackage(find('enterprise'), options);

    expect(Object.keys(entries)).toEqual([
      'node_modules/@truthound/hot-reload',
      'node_modules/@truthound/hot-reload/node_modules/chokidar',
      'node_modules/commander',
      'node_modules/readdirp',
    ]);
    expect(entries['node_modules/@truthound/hot-reload/node_modules/chokidar']).toEqual(chokidar);
    expect(entries['node_modules/@truthound/hot-reload']).toMatchObject({
      integrity: OPTIONS.integrities.get('hot-reload'),
    });
    expect(entries['node_modules/@truthound/hot-reload']?.link).toBeUndefined();
  });

  it('is refused while a neighbour is not packed, or a dependency not installed', () => {
    expect(() => lockOfPackage(find('enterprise'), { ...options, integrities: new Map() })).toThrow(
      '"hot-reload" must be packed before what depends on it',
    );
    const rest = Object.fromEntries(
      Object.entries(small).filter(([path]) => path !== 'node_modules/readdirp'),
    );
    expect(() => lockOfPackage(find('enterprise'), { ...options, lock: rest })).toThrow(
      /has no "readdirp", which "packages\/hot-reload\/node_modules\/chokidar" depends on: run npm install/,
    );
  });

  it('passes over an optional dependency that is not installed', () => {
    const alone: Lock = { 'packages/protocols': { version: '1.0.0', optionalDependencies: { absent: '1' } } };

    expect(lockOfPackage(find('protocols'), { ...options, lock: alone })).toEqual({});
  });
});
