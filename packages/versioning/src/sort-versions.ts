import { compareParsed, parseVersion } from './parsed-version.ts';

/**
 * Negative, zero or positive as `a` comes before, with or after `b` in order of precedence (SemVer 2.0.0,
 * item 11); build metadata decides between versions that are otherwise equal.
 *
 * @throws {VersionFormatError} when one is no version.
 */
export function compareVersions(a: string, b: string): number {
  return Math.sign(compareParsed(parseVersion(a), parseVersion(b)));
}

/**
 * A sorted copy, oldest first unless `newestFirst`.
 *
 * @throws {VersionFormatError} when one is no version.
 */
export function sortVersions(
  versions: readonly string[],
  { newestFirst = false }: { readonly newestFirst?: boolean } = {},
): string[] {
  const direction = newestFirst ? -1 : 1;
  return versions
    .map(parseVersion)
    .sort((a, b) => direction * compareParsed(a, b))
    .map(({ text }) => text);
}
