import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where the packages of this workspace come from when a page installs them. */
export interface PackageSource {
  /** Name of a package -> its folder. */
  readonly folders: ReadonlyMap<string, string>;
  /** Whether the folders are linked, as sources are, or copied, as npm does with what is published. */
  readonly isLinked: boolean;
  /** What Node needs to be told to run them. */
  readonly nodeOptions: string;
  /** Folder of third parties' packages. */
  readonly thirdParties: string;
}

/** The sources as they stand: nothing has to be built. */
export function fromSources(workspace: string): PackageSource {
  const packages = join(workspace, 'packages');
  return {
    folders: new Map(
      readdirSync(packages).map((name) => [nameOf(join(packages, name)), join(packages, name)]),
    ),
    isLinked: true,
    nodeOptions: '--conditions=@truthound/source',
    thirdParties: join(workspace, 'node_modules'),
  };
}

function nameOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string }).name;
}
