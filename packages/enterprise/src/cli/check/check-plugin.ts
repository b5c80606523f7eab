import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Fault,
  PluginManifest,
  type PluginPermissions,
  type SecurityPolicy,
  SignatureError,
  VersionFormatError,
  parseJson,
} from '@truthound/protocols';
import { SigningServiceImpl } from '@truthound/signing';
import { parseConstraint } from '@truthound/versioning';
import { CliError } from '../cli-error.ts';
import { findExportFaults } from './exported-files.ts';
import { type SizedFile, listPluginFiles } from './plugin-files.ts';
import { type Denial, findDenials } from './policy-denials.ts';

/** Everything that can be said about a plugin without running it. */
export interface PluginCheck {
  readonly path: string;
  /** `undefined` where the manifest is not valid. */
  readonly manifest: PluginManifest | undefined;
  /** What keeps it from being signed or loaded. Empty: it can be. */
  readonly faults: readonly Fault[];
  /** What the author should look at. */
  readonly warnings: readonly Fault[];
  readonly permissions: PluginPermissions | undefined;
  /** What the policy would keep from it. */
  readonly denied: readonly Denial[];
  readonly fileCount: number;
  readonly totalBytes: number;
  /** The five largest. */
  readonly largestFiles: readonly SizedFile[];
  /** What stands in the folder and cannot be signed. */
  readonly unsignable: readonly Fault[];
  readonly nativeAddons: readonly string[];
}

const LARGEST_COUNT = 5;

/** Checks the plugin in a folder against a policy. @throws CliError when there is none */
export async function checkPlugin(
  path: string,
  policy: SecurityPolicy,
  signal?: AbortSignal,
): Promise<PluginCheck> {
  const packageJson = await readPackageJson(path);
  const manifestFaults = PluginManifest.check(packageJson);
  const manifest = manifestFaults.length === 0 ? PluginManifest.parse(packageJson) : undefined;
  const { files, totalBytes, refused, suspicious } = await listPluginFiles(path, signal);
  const nativeAddons = files.map((file) => file.path).filter((file) => file.endsWith('.node'));
  const unsignable = refused.length > 0 ? refused : await findSigningFault(path);
  return Object.freeze({
    path,
    manifest,
    faults: [
      ...manifestFaults,
      ...(manifest === undefined
        ? []
        : [...findRangeFaults(manifest), ...findExportFaults(path, packageJson, manifest.entry)]),
      ...unsignable,
      ...nativeAddons.map((file) => ({
        path: file,
        problem: 'is native code, which sandboxes do not load: use a JavaScript or WebAssembly build',
      })),
    ],
    warnings: suspicious,
    permissions: manifest?.permissions,
    denied: manifest === undefined ? [] : findDenials(manifest, policy),
    fileCount: files.length,
    totalBytes,
    largestFiles: [...files].sort((a, b) => b.bytes - a.bytes).slice(0, LARGEST_COUNT),
    unsignable,
    nativeAddons,
  });
}

async function readPackageJson(path: string): Promise<unknown> {
  const file = join(path, 'package.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new CliError(
      `there is no plugin in ${path}: ${file} cannot be read. Make one with "truthound init <name>"`,
      undefined,
      { cause },
    );
  }
  try {
    return parseJson(text);
  } catch (cause) {
    throw new CliError(`${file} is not JSON: ${(cause as Error).message}`, undefined, { cause });
  }
}

function findRangeFaults(manifest: PluginManifest): readonly Fault[] {
  const ranges = [
    ...(manifest.hostRange === undefined ? [] : [['engines.truthound', manifest.hostRange] as const]),
    ...Object.entries(manifest.dependencies).map(
      ([id, { range }]) => [`truthound.dependencies.${id}`, range] as const,
    ),
  ];
  return ranges.flatMap(([path, range]): readonly Fault[] => {
    try {
      parseConstraint(range);
      return [];
    } catch (error) {
      if (!(error instanceof VersionFormatError)) throw error;
      return [{ path, problem: `is no version range: ${error.message}` }];
    }
  });
}

/** Names that signing refuses are its own to judge: it names the first. */
async function findSigningFault(path: string): Promise<readonly Fault[]> {
  try {
    await new SigningServiceImpl({ signerId: 'check' }).getPluginHash(path);
    return [];
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    const { file } = error as { readonly file?: unknown };
    return [{ path: typeof file === 'string' ? file : '', problem: `cannot be signed: ${error.message}` }];
  }
}
