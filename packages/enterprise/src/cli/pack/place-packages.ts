/**
 * Where each package of a plugin goes: flat below `node_modules`, and inside its dependant where two versions clash,
 * which is where Node looks for it anyway.
 *
 * @module
 */
import { CliError } from '../cli-error.ts';
import { type PackageJson, findPackage, listNeeds, readPackageJson } from './package-facts.ts';

/** One package and its place. */
export interface Placement {
  /** Real folder that it was found in. */
  readonly from: string;
  /** In the packed plugin, with `/`; empty for the plugin itself. */
  readonly path: string;
  readonly packageJson: PackageJson;
}

/** The plugin in `source` and all that it needs in production, breadth first: its own dependencies get the flat places. */
export async function placePackages(source: string): Promise<readonly Placement[]> {
  const plugin: Placement = { from: source, path: '', packageJson: await readPackageJson(source) };
  const placed = new Map([['', plugin]]);
  // The map grows while it is walked: that is the breadth-first queue.
  for (const dependant of placed.values()) {
    for (const need of listNeeds(dependant.packageJson)) {
      const from = await findPackage(need.name, dependant.from);
      if (from === undefined) {
        if (need.isOptional) continue;
        throw new CliError(
          `"${need.name}", which "${dependant.packageJson.name}" depends on, is not installed: run "npm install" first`,
        );
      }
      const visible = findVisible(placed, dependant.path, need.name);
      if (visible?.from === from) continue;
      const path = joinPath(visible === undefined ? '' : dependant.path, need.name);
      placed.set(path, { from, path, packageJson: await readPackageJson(from) });
    }
  }
  return [...placed.values()];
}

/** What Node would find for `name` from `path`: the nearest `node_modules` upwards. */
function findVisible(
  placed: ReadonlyMap<string, Placement>,
  path: string,
  name: string,
): Placement | undefined {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const found = placed.get(joinPath(folder, name));
    if (found !== undefined || folder === '') return found;
  }
}

function joinPath(folder: string, name: string): string {
  return folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
}
