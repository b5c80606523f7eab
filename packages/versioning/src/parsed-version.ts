import SemVer from 'semver/classes/semver.js';
import { readPlainVersion } from './plain-version.ts';
import { refuseVersion } from './refuse-format.ts';
import { type VersionPoint, compareIdentifierLists, comparePoints } from './version-point.ts';

/** A version, its place on the line of versions, and its build metadata. */
export interface ParsedVersion extends VersionPoint {
  /** As it was given. */
  readonly text: string;
  readonly build: readonly string[];
}

const NO_BUILD: readonly string[] = Object.freeze([]);

/**
 * Reads a version as npm does: SemVer 2.0.0, where a leading `v` and surrounding spaces are allowed.
 *
 * @throws {VersionFormatError} with position and reason.
 */
export function parseVersion(text: string): ParsedVersion {
  const plain = typeof text === 'string' ? readPlainVersion(text) : undefined;
  if (plain !== undefined) return { ...plain, text, build: NO_BUILD };
  try {
    const { major, minor, patch, prerelease, build } = new SemVer(text);
    return { text, major, minor, patch, prerelease, build };
  } catch (cause) {
    return refuseVersion(text, { cause });
  }
}

/**
 * Order of precedence (SemVer 2.0.0, item 11). Build metadata has none; it only decides between versions
 * that are otherwise equal, so that sorting does not depend on the order of the input.
 */
export function compareParsed(a: ParsedVersion, b: ParsedVersion): number {
  return comparePoints(a, b) || compareIdentifierLists(a.build, b.build);
}
