import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { runNpm, runProgram } from './run-program.ts';
import { type Lock, createSbom } from './sbom.ts';
import { type WorkspacePackage, listPackages } from './workspace-packages.ts';

/** A tarball as it would be published. */
export interface PackedPackage {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Path of the tarball. */
  readonly tarball: string;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly files: readonly string[];
  readonly sbom: string;
}

interface NpmPackReport {
  readonly name: string;
  readonly filename: string;
  readonly integrity: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

const SBOM_FILE = 'sbom.cdx.json';

/**
 * Packs built packages of the workspace `root` into `target`. Neighbours must be among them, and stand first.
 *
 * What is packed is a copy with one mode for all files, so that the tarball does not depend on the umask of
 * whoever checked out and built; and with the package's bill of materials beside its code, so that whatever
 * vouches for the tarball vouches for it, too.
 */
export function packPackages(
  root: string,
  target: string,
  packages: readonly WorkspacePackage[] = listPackages(root),
): readonly PackedPackage[] {
  mkdirSync(target, { recursive: true });
  const { packages: lock } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Lock;
  };
  const madeAt = commitDate(root);
  const integrities = new Map<string, string>();
  const files = listPackedFiles(root, packages);
  return packages.map((each) => {
    const sbom = createSbom(each, { lock, packages, integrities, madeAt });
    const report = packStaged(each, files.get(each.manifest.name) ?? [], sbom, target);
    integrities.set(each.id, report.integrity);
    return {
      id: each.id,
      name: each.manifest.name,
      version: each.manifest.version,
      tarball: join(target, report.filename),
      packedBytes: report.size,
      unpackedBytes: report.unpackedSize,
      files: report.files.map(({ path }) => path),
      sbom,
    };
  });
}

/** SHA-256 of a file, as `sha256sum` prints it. */
export function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function packStaged(
  each: WorkspacePackage,
  files: readonly string[],
  sbom: string,
  target: string,
): NpmPackReport {
  const stage = mkdtempSync(join(tmpdir(), 'truthound-pack-'));
  try {
    const executables = new Set(Object.values(each.manifest.bin ?? {}).map((path) => join(stage, path)));
    for (const path of files) {
      const copy = join(stage, path);
      mkdirSync(dirname(copy), { recursive: true });
      cpSync(join(each.folder, path), copy);
      chmodSync(copy, executables.has(copy) ? 0o755 : 0o644);
    }
    writeFileSync(join(stage, SBOM_FILE), sbom);
    chmodSync(join(stage, SBOM_FILE), 0o644);
    const [report] = npmPack(stage, ['--pack-destination', target]);
    if (report === undefined) throw new Error(`npm pack said nothing about ${each.id}`);
    return report;
  } finally {
    rmSync(stage, { recursive: true });
  }
}

/** Name of each package -> what npm would pack of it. */
function listPackedFiles(
  root: string,
  packages: readonly WorkspacePackage[],
): ReadonlyMap<string, readonly string[]> {
  const workspaces = packages.map(({ id }) => `--workspace=packages/${id}`);
  return new Map(
    npmPack(root, ['--dry-run', ...workspaces]).map(({ name, files }) => {
      const paths = files.map(({ path }) => path);
      if (!paths.includes('dist/index.js')) throw new Error(`${name} is not built: run npm run build`);
      return [name, paths];
    }),
  );
}

function npmPack(folder: string, args: readonly string[]): readonly NpmPackReport[] {
  const output = runNpm(['pack', '--json', '--loglevel=error', '--ignore-scripts', ...args], { cwd: folder });
  return JSON.parse(output) as readonly NpmPackReport[];
}

/** The time of the sources: SOURCE_DATE_EPOCH where it is set, else that of the last commit. */
function commitDate(root: string): Date {
  const seconds =
    process.env['SOURCE_DATE_EPOCH'] ?? runProgram('git', ['log', '-1', '--format=%ct'], { cwd: root });
  return new Date(Number(seconds) * 1000);
}
