import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type PackedPackage, sha256Of } from './pack-packages.ts';

/**
 * Writes beside the tarballs what publishing needs, and nothing that would have to run: the order (name,
 * version, tarball), hashes, each bill of materials under its package's name, and the release notes.
 */
export function writePublishFolder(folder: string, packed: readonly PackedPackage[], root: string): void {
  const boms = packed.map(({ id, sbom }) => {
    const file = join(folder, `${id}.cdx.json`);
    writeFileSync(file, sbom);
    return file;
  });
  const hashes = [...packed.map(({ tarball }) => tarball), ...boms].map(
    (file) => `${sha256Of(file)}  ${basename(file)}\n`,
  );
  writeFileSync(join(folder, 'SHA256SUMS'), hashes.join(''));
  writeFileSync(
    join(folder, 'publish-order.txt'),
    packed.map(({ name, version, tarball }) => `${name} ${version} ${basename(tarball)}\n`).join(''),
  );
  writeFileSync(join(folder, 'release-notes.md'), releaseNotes(packed, root));
}

/** What the changelogs of the packages say about their present versions. */
function releaseNotes(packed: readonly PackedPackage[], root: string): string {
  const notes = packed.flatMap(({ id, name, version }) => {
    const section = sectionOf(readChangelog(join(root, 'packages', id)), version);
    return section === undefined ? [] : [`## ${name}\n\n${section}\n`];
  });
  return notes.length === 0 ? 'No notes.\n' : notes.join('\n');
}

/** What changesets writes for a package that changed only with its neighbours. */
const NOTHING = 'No changes in this release.';

/** The text below the heading `## <version>`; `undefined` where it says nothing. */
export function sectionOf(changelog: string, version: string): string | undefined {
  const section = changelog.split(/^## /m).find((each) => each.startsWith(`${version}\n`));
  const text = section?.slice(version.length).trim();
  return text === '' || text === NOTHING ? undefined : text;
}

function readChangelog(folder: string): string {
  try {
    return readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
  } catch {
    return '';
  }
}
