import { describe, expect, test } from 'vitest';
import { SEMANTIC_VERSION } from '../src/index.ts';

/** Valid and invalid examples of the regular expression's page at semver.org. */
describe('SEMANTIC_VERSION', () => {
  test.each([
    '0.0.4',
    '1.2.3',
    '10.20.30',
    '1.1.2-prerelease+meta',
    '1.0.0-alpha.0valid',
    '1.0.0-rc.1+build.123',
    '1.2.3----RC-SNAPSHOT.12.9.1--.12+788',
    '1.0.0+0.build.1-rc.10000aaa-kk-0.1',
    '99999999999999999999999.999999999999999999.99999999999999999',
    '1.0.0-0A.is.legal',
  ])('accepts %s', (version) => {
    expect(version).toMatch(SEMANTIC_VERSION);
  });

  test.each([
    '1',
    '1.2',
    'v1.2.3',
    '01.1.1',
    '1.2.3-0123',
    '1.2.3+',
    '1.2.3-',
    '1.0.0-alpha..1',
    '1.0.0-alpha_beta',
    '1.2.3.DEV',
    '1.2.3 ',
    '1.2.3\n',
    '+invalid',
    '',
  ])('refuses %j', (version) => {
    expect(version).not.toMatch(SEMANTIC_VERSION);
  });
});
