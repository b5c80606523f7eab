import type { VersionRequirement } from '@truthound/protocols';

/** Accepts the same major version, at least the one given: all that these tests need of a range. */
export function caret(version: string): VersionRequirement {
  const [major, minor] = version.split('.').map(Number);
  return {
    isSatisfiedBy: (candidate) => {
      const [otherMajor, otherMinor] = candidate.split('.').map(Number);
      return otherMajor === major && Number(otherMinor) >= Number(minor);
    },
    toString: () => `^${version}`,
  };
}

/** Accepts the versions listed. */
export function oneOf(...versions: readonly string[]): VersionRequirement {
  return {
    isSatisfiedBy: (version) => versions.includes(version),
    toString: () => `{${versions.join(', ')}}`,
  };
}
