import { type Fault, ManifestError, type PluginManifest } from '@truthound/protocols';
import type { ParseRange } from '../plugin-resolution.ts';

/**
 * Checks the version ranges of a manifest, which only the grammar of versions can judge.
 * @throws ManifestError that names each range that is none
 */
export function assertRanges(manifest: PluginManifest, file: string, parseRange: ParseRange): PluginManifest {
  const ranges = [
    ...(manifest.hostRange === undefined ? [] : [['engines.truthound', manifest.hostRange] as const]),
    ...Object.entries(manifest.dependencies).map(
      ([id, { range }]) => [`truthound.dependencies.${id}`, range] as const,
    ),
  ];
  const faults = ranges.flatMap(([path, range]): readonly Fault[] => {
    try {
      parseRange(range);
      return [];
    } catch (error) {
      return [
        { path, problem: `is no version range: ${error instanceof Error ? error.message : String(error)}` },
      ];
    }
  });
  if (faults.length > 0) throw new ManifestError({ file, faults });
  return manifest;
}
