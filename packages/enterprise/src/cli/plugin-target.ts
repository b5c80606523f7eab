import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { PluginInfo } from '@truthound/protocols';
import type { EnterprisePluginManagerConfig } from '../config/enterprise-config.ts';
import type { EnterprisePluginManager } from '../enterprise-plugin-manager.ts';
import { CliError } from './cli-error.ts';

/** A plugin as people name it: by its folder, or by its id among the discovered ones. */
export type PluginTarget =
  { readonly kind: 'folder'; readonly path: string } | { readonly kind: 'id'; readonly id: string };

/** A folder that holds a package is meant as a folder, and so is everything that looks like a path. */
export function parseTarget(text: string): PluginTarget {
  const path = resolve(text);
  const isFolder = existsSync(join(path, 'package.json'));
  if (isFolder) return { kind: 'folder', path: realpathSync(path) };
  const looksLikePath = /^\.{0,2}[/\\]|^\.{1,2}$|[/\\]$/.test(text);
  if (looksLikePath) throw new CliError(`"${text}" is not a plugin: there is no package.json in ${path}`);
  return { kind: 'id', id: text };
}

/** The folder a plugin stands in is looked through as well: what it depends on may stand beside it. */
export function withTarget(
  config: EnterprisePluginManagerConfig,
  target: PluginTarget,
  isDirsGiven: boolean,
): EnterprisePluginManagerConfig {
  if (target.kind === 'id') return config;
  const given = isDirsGiven ? (config.pluginDirs ?? []) : [];
  return { ...config, pluginDirs: [...new Set([dirname(target.path), ...given])] };
}

/** Discovers, and finds the plugin that is meant. @throws CliError, ManifestError, PluginNotFoundError */
export async function discoverTarget(
  manager: EnterprisePluginManager,
  target: PluginTarget,
): Promise<PluginInfo> {
  const plugins = await manager.discoverPlugins();
  if (target.kind === 'folder') {
    const found = plugins.find(({ path }) => path === target.path);
    if (found !== undefined) return found;
    const problem = manager.discoveryProblems.find(({ path }) => path === target.path);
    throw problem?.error ?? new CliError(`${target.path} is not a plugin: "truthound check" says why`);
  }
  const found = plugins.find(({ id }) => id === target.id);
  if (found !== undefined) return found;
  const known = plugins.map(({ id }) => id).join(', ') || 'none';
  const [problem] = manager.discoveryProblems;
  throw new CliError(
    `there is no plugin "${target.id}" (found: ${known}): name its folder, or where to look with --plugins <folder>` +
      (problem === undefined ? '' : `\nnot usable: ${problem.error.message}`),
  );
}
