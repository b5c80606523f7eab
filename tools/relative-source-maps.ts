import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

interface SourceMap {
  readonly file?: string;
  readonly sources: readonly string[];
}

/**
 * Takes the folder of the build out of source maps. Where a CommonJS build is split, its map names a file by its
 * absolute path: packages would differ from machine to machine, and tell where they were built.
 */
export function relativeSourceMaps(): Plugin {
  return {
    name: 'relative-source-maps',
    buildEnd({ writtenFiles }) {
      for (const { name } of writtenFiles.filter((file) => file.name.endsWith('.map'))) {
        const map = JSON.parse(readFileSync(name, 'utf8')) as SourceMap;
        writeFileSync(name, JSON.stringify(makeRelative(map, dirname(name))));
      }
    },
  };
}

/** The map with what is absolute in it made relative to the folder that it stands in. */
export function makeRelative<Map extends SourceMap>(map: Map, folder: string): Map {
  return {
    ...map,
    ...(map.file === undefined ? {} : { file: basename(map.file) }),
    sources: map.sources.map((source) =>
      isAbsolute(source) ? relative(folder, source).replaceAll('\\', '/') : source,
    ),
  };
}
