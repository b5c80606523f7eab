import { deepStrictEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManifestError, PluginManifest } from '@truthound/protocols';
import { readManifest } from '../../../packages/enterprise/src/discovery/read-manifest.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

const folder = mkdtempSync(join(tmpdir(), 'truthound-fuzz-manifest-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The `package.json` that would say what a manifest says. */
function toPackageJson({ name, version, description, hostRange, ...truthound }: PluginManifest): unknown {
  return { name, version, description, engines: { truthound: hostRange }, truthound };
}

/** A plugin's `package.json`, through the file. */
export const manifestTarget: FuzzTarget<PluginManifest> = {
  name: 'manifest',
  kind: 'json',
  refusals: [ManifestError],
  parse(input) {
    writeFileSync(join(folder, 'package.json'), input);
    return readManifest(folder);
  },
  check(manifest) {
    const written: unknown = JSON.parse(JSON.stringify(toPackageJson(manifest)));
    deepStrictEqual(PluginManifest.parse(written, 'package.json'), manifest);
  },
};
