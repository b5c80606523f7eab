import { type ParsedVersion, compareParsed, parseVersion } from './parsed-version.ts';
import { comparePoints, type VersionPoint } from './version-point.ts';

/** Something that older code may not survive. */
export interface BreakingChange {
  /** The first version that has it. */
  readonly version: string;
  readonly description: string;
  /** What to do about it. */
  readonly migration?: string;
}

interface Entry {
  readonly change: BreakingChange;
  readonly version: ParsedVersion;
}

/** Breaking changes in order of version; those of one version in the order they were added. */
export class BreakingChanges {
  readonly #entries: Entry[] = [];

  /** @throws {VersionFormatError} when its version is none. */
  add(change: BreakingChange): void {
    const version = parseVersion(change.version);
    this.#entries.push({ change: Object.freeze({ ...change }), version });
    this.#entries.sort((a, b) => compareParsed(a.version, b.version));
  }

  /** Those that come after `from`, up to and including `to`. */
  listBetween(from: VersionPoint, to: VersionPoint): readonly BreakingChange[] {
    return this.#entries
      .filter(({ version }) => comparePoints(version, from) > 0 && comparePoints(version, to) <= 0)
      .map(({ change }) => change);
  }
}
