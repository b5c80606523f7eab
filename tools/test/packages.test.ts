import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workspaceRoot } from './workspace.ts';

interface PackageJson {
  readonly version: string;
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly repository: { readonly directory: string };
  readonly publishConfig: object;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const read = (file: string): string => readFileSync(join(workspaceRoot, file), 'utf8');
const readPackageJson = (file: string): PackageJson => JSON.parse(read(file)) as PackageJson;
const root = readPackageJson('package.json');

describe.each(globSync('packages/*/package.json', { cwd: workspaceRoot }))('%s', (file) => {
  const manifest = readPackageJson(file);
  const folder = dirname(file);

  it('is published like its neighbours', () => {
    expect(manifest.license).toBe('Apache-2.0');
    expect(manifest.engines).toEqual(root.engines);
    expect(manifest.repository.directory).toBe(folder);
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
  });

  it('carries the license text', () => {
    expect(read(join(folder, 'LICENSE'))).toBe(read('LICENSE'));
  });

  it('depends on the versions of its neighbours that are in the workspace', () => {
    for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
      const neighbour = /^@truthound\/(.+)$/.exec(name)?.[1];
      if (neighbour === undefined) continue;
      expect(version).toBe(readPackageJson(`packages/${neighbour}/package.json`).version);
    }
  });

  it('gives import and require one module where Node can, so that a class exists once', () => {
    const conditional = Object.values(manifest.exports).filter((target) => typeof target === 'object');

    expect(conditional).not.toEqual([]);
    for (const target of conditional) {
      expect(Object.keys(target)).toEqual(['@truthound/source', 'module-sync', 'import', 'require']);
      expect(target['module-sync']).toEqual(target['import']);
    }
  });
});
