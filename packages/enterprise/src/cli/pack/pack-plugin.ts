/**
 * A plugin folder that can be signed and shipped: the package and every package it needs, as real files.
 *
 * A plugin is signed as a folder and runs from a copy of it, so that nothing it imports may lie outside. In a
 * workspace, npm keeps dependencies elsewhere and links packages to each other; here they are brought in.
 *
 * @module
 */
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { copyPackage } from './copy-package.ts';
import { placePackages } from './place-packages.ts';

/** One package in the packed plugin. */
export interface PackedPackage {
  readonly name: string;
  readonly version: string;
  /** Relative to the target, with `/`; empty for the plugin itself. */
  readonly path: string;
}

/** How to pack. */
export interface PackOptions {
  /** Folder of the plugin's package, with its dependencies installed. */
  readonly source: string;
  /** Folder to make; it must not hold anything yet. */
  readonly target: string;
  readonly signal?: AbortSignal;
  readonly onPackage?: (name: string) => void;
}

/**
 * Packs the plugin; the result lists what was put where, the plugin first.
 *
 * @throws CliError when the target is not empty, a dependency is not installed, or a link leaves its package.
 *   What was written until then is removed.
 */
export async function packPlugin(options: PackOptions): Promise<readonly PackedPackage[]> {
  const source = await realpath(options.source);
  const placements = await placePackages(source);
  await mkdir(options.target, { recursive: true });
  const target = await realpath(options.target);
  if (target === source || source.startsWith(join(target, '/')))
    throw new CliError(`${resolve(options.target)} holds the plugin itself: pack into another folder`);
  if ((await readdir(target)).length > 0)
    throw new CliError(`${target} is not empty: remove it, or name another folder with --out <folder>`);
  try {
    for (const placement of placements) {
      options.signal?.throwIfAborted();
      options.onPackage?.(placement.packageJson.name);
      await copyPackage(placement, target);
    }
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw error;
  }
  return placements.map(({ path, packageJson: { name, version } }) => ({ name, version, path }));
}
