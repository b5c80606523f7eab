import { deepStrictEqual } from 'node:assert/strict';
import { VersionFormatError } from '@truthound/protocols';
import semver from 'semver';
import { compareVersions } from '@truthound/versioning';
import { type ParsedVersion, parseVersion } from '../../../packages/versioning/src/parsed-version.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

const OTHERS = ['0.0.0', '1.2.3', '1.2.3-rc.1', '9007199254740991.0.0'];

/** Versions, compared with npm's reading of them. */
export const versionsTarget: FuzzTarget<ParsedVersion | undefined> = {
  name: 'versions',
  kind: 'text',
  refusals: [],
  parse(input) {
    try {
      return parseVersion(input.toString('utf8'));
    } catch (error) {
      if (error instanceof VersionFormatError) return undefined;
      throw error;
    }
  },
  check(version, input) {
    const text = input.toString('utf8');
    const second = semver.parse(text);
    deepStrictEqual(
      version && [version.major, version.minor, version.patch, version.prerelease, version.build],
      second ? [second.major, second.minor, second.patch, second.prerelease, second.build] : undefined,
    );
    if (version === undefined) return;
    for (const other of OTHERS)
      deepStrictEqual(Math.sign(compareVersions(text, other)), semver.compareBuild(text, other));
  },
};
