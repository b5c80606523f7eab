import { join } from 'node:path';
import { type FilePath, PluginManifest, RESERVED_EXPORTS, filePathToString } from '@truthound/protocols';
import { readPackageJson } from '../discovery/read-manifest.ts';
import { parseChangelog } from './changelog.ts';
import { readEntryExports } from './entry-exports.ts';
import type { PluginDocumentation } from './plugin-documentation.ts';
import { findPluginText } from './plugin-text-file.ts';

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function authorOf(author: unknown): string | undefined {
  if (typeof author !== 'object' || author === null) return asText(author);
  return 'name' in author ? asText(author.name) : undefined;
}

/**
 * Gathers what a plugin's files say about it: manifest, `package.json`, README, changelog, and the declarations and doc
 * comments of its entry. Reads text; no code of the plugin runs.
 * @throws ManifestError when the folder holds no plugin
 */
export function extractPluginDocs(pluginPath: FilePath): PluginDocumentation {
  const folder = filePathToString(pluginPath);
  const packageJson = readPackageJson(folder);
  const manifest = PluginManifest.parse(packageJson, join(folder, 'package.json'));
  const { author, license, homepage, keywords } = packageJson as Readonly<Record<string, unknown>>;
  const exported = readEntryExports(folder, packageJson as object, manifest.entry);
  const isHook = (name: string): boolean => RESERVED_EXPORTS.includes(name);
  return Object.freeze({
    id: manifest.id,
    name: manifest.name,
    version: manifest.version,
    description: manifest.description ?? '',
    author: authorOf(author),
    license: asText(license),
    homepage: asText(homepage),
    keywords: Array.isArray(keywords) ? keywords.filter((word) => typeof word === 'string') : [],
    hostRange: manifest.hostRange,
    isolation: manifest.isolation,
    permissions: manifest.permissions,
    dependencies: manifest.dependencies,
    exports: exported.filter(({ name }) => !isHook(name)),
    hooks: exported.filter(({ name }) => isHook(name)).map(({ name }) => name),
    readme: findPluginText(folder, /^readme(?:\.md|\.markdown)?$/i),
    changelog: parseChangelog(findPluginText(folder, /^(?:changelog|changes|history)(?:\.md)?$/i) ?? ''),
  });
}
