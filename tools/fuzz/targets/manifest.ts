import { deepStrictEqual } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ManifestError, PluginManifest } from '@truthound/protocols';
import { readManifest } from '../../../packages/enterprise/src/discovery/read-manifest.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { scratchFile } from '../scratch-folder.ts';

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
    const file = scratchFile('package.json');
    writeFileSync(file, input);
    return readManifest(dirname(file));
  },
  check(manifest) {
    const written: unknown = JSON.parse(JSON.stringify(toPackageJson(manifest)));
    deepStrictEqual(PluginManifest.parse(written, 'package.json'), manifest);
  },
};
