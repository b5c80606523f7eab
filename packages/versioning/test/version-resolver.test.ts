import { VersionFormatError } from '@truthound/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CompatibilityLevel,
  VersionResolver,
  compareVersions,
  parseConstraint,
  sortVersions,
} from '../src/index.ts';
import { createRandomTexts } from './random-texts.ts';

const VERSIONS = ['1.0.0', '1.2.0-rc.1', '1.10.0', '1.9.0', '2.0.0', '1.10.0+build'];

describe('choosing among versions', () => {
  const resolver = new VersionResolver();

  it('finds the newest that fits', () => {
    expect(resolver.findBestVersion(parseConstraint('^1'), VERSIONS)).toBe('1.10.0+build');
    expect(resolver.findBestVersion(parseConstraint('>=3'), VERSIONS)).toBeUndefined();
    expect(resolver.findBestVersion(parseConstraint('*'), [])).toBeUndefined();
  });

  it('prefers a release unless told otherwise', () => {
    const versions = ['1.0.0', '1.1.0-rc.1'];
    const constraint = parseConstraint('>=1.0.0', { includePrerelease: true });
    expect(resolver.findBestVersion(constraint, versions)).toBe('1.0.0');
    expect(resolver.findBestVersion(constraint, versions, { preferStable: false })).toBe('1.1.0-rc.1');
    expect(resolver.findBestVersion(constraint, ['1.1.0-rc.1', '1.1.0-rc.2'])).toBe('1.1.0-rc.2');
  });

  it('lists what fits, newest first, and leaves the list given alone', () => {
    const before = [...VERSIONS];
    expect(resolver.findCompatibleVersions(parseConstraint('^1'), VERSIONS)).toEqual([
      '1.10.0+build',
      '1.10.0',
      '1.9.0',
      '1.0.0',
    ]);
    expect(VERSIONS).toEqual(before);
  });

  it('W-43: refuses a list with something that is no version', () => {
    expect(() => resolver.findBestVersion(parseConstraint('*'), ['1.0.0', 'latest'])).toThrow(
      VersionFormatError,
    );
    expect(() => resolver.findCompatibleVersions(parseConstraint('*'), ['1.0.0', ''])).toThrow(
      VersionFormatError,
    );
  });

  it('gives one order for every order of the input', () => {
    const sorted = sortVersions(VERSIONS);
    expect(sorted).toEqual(['1.0.0', '1.2.0-rc.1', '1.9.0', '1.10.0', '1.10.0+build', '2.0.0']);
    expect(sortVersions(VERSIONS, { newestFirst: true })).toEqual(sorted.toReversed());
    fc.assert(
      fc.property(fc.shuffledSubarray(VERSIONS, { minLength: VERSIONS.length }), (shuffled) => {
        expect(sortVersions(shuffled)).toEqual(sorted);
      }),
    );
    expect([compareVersions('1.0.0', '2.0.0'), compareVersions('1.0.0', 'v1.0.0')]).toEqual([-1, 0]);
    // Beyond 2^53 npm compares what the texts have become as numbers.
    expect(compareVersions('1.0.0-9007199254740993', '1.0.0-9007199254740992')).toBe(0);
  });
});

describe('compatibility of a plugin and its host', () => {
  it('W-48: agrees with the constraint, always', () => {
    const resolver = new VersionResolver();
    resolver.registerBreakingChange('1.0.0', 'something');
    const texts = createRandomTexts(48);
    const reports = Array.from({ length: 2000 }, () => {
      const constraint = parseConstraint(texts.smallConstraint());
      const hostVersion = sortVersions(['0.1.2', '1.0.0', '1.1.1-rc.0', '2.2.2', '3.0.0'])[
        texts.version().length % 5
      ]!;
      return {
        constraint,
        report: resolver.checkCompatibility({ pluginVersion: '1.0.0', constraint, hostVersion }),
      };
    });
    const wrong = reports.filter(
      ({ constraint, report }) =>
        report.isCompatible !== constraint.isSatisfiedBy(report.hostVersion) ||
        report.isCompatible !== (report.errors.length === 0) ||
        report.isCompatible !== (report.level !== CompatibilityLevel.INCOMPATIBLE),
    );
    expect(wrong).toEqual([]);
    expect(new Set(reports.map(({ report }) => report.level)).size).toBe(3);
  });

  it('W-48: refuses a prerelease of the host that an unbounded constraint refuses, and says why', () => {
    const report = new VersionResolver().checkCompatibility({
      pluginVersion: '1.0.0',
      constraint: parseConstraint('*'),
      hostVersion: '2.0.0-rc.1',
    });
    expect(report.isCompatible).toBe(false);
    expect(report.errors.join()).toContain('prerelease');
    expect(report.migrationHints.join()).toContain('includePrerelease');
  });

  it('W-48: says of a constraint that nothing satisfies what it is, without breaking changes', () => {
    const resolver = new VersionResolver();
    resolver.registerBreakingChange('1.0.0', 'something');
    const report = resolver.checkCompatibility({
      pluginVersion: '1.0.0',
      constraint: parseConstraint('>2.0.0 <1.0.0'),
      hostVersion: '2.0.0',
    });
    expect(report).toMatchObject({ isCompatible: false, level: CompatibilityLevel.INCOMPATIBLE });
    expect(report.errors).toHaveLength(1);
  });

  it('W-48: reports only the bound that is broken', () => {
    const { errors, migrationHints } = new VersionResolver().checkCompatibility({
      pluginVersion: '1.0.0',
      constraint: parseConstraint('>=1.0.0,<2.0.0'),
      hostVersion: '2.1.0',
    });
    expect(errors).toEqual([
      'plugin version 1.0.0 requires host >=1.0.0,<2.0.0: 2.1.0 does not satisfy >=1.0.0,<2.0.0: it is not <2.0.0 (from >=1.0.0,<2.0.0)',
    ]);
    expect(migrationHints).toEqual([
      'use a version of the plugin that accepts host 2.1.0, or a host within >=1.0.0,<2.0.0',
    ]);
  });

  it('says when no host could do', () => {
    const { errors } = new VersionResolver().checkCompatibility({
      pluginVersion: '1.0.0',
      constraint: parseConstraint('>2 <1'),
      hostVersion: '1.0.0',
    });
    expect(errors.join()).toContain('no version satisfies');
  });

  it('tells to upgrade a host that is too old', () => {
    const { migrationHints } = new VersionResolver().checkCompatibility({
      pluginVersion: '1.0.0',
      constraint: parseConstraint('^2'),
      hostVersion: '1.0.0',
    });
    expect(migrationHints).toEqual(['upgrade the host to a version within ^2']);
  });

  it('warns of breaking changes since the oldest host that is accepted', () => {
    const resolver = new VersionResolver();
    resolver.registerBreakingChange('3.0.0', 'hooks are awaited', { migration: 'return promises' });
    resolver.registerBreakingChange('2.0.0', 'load() is async');
    const report = resolver.checkCompatibility({
      pluginVersion: '0.1.0',
      constraint: parseConstraint('>=1'),
      hostVersion: '2.5.0',
    });
    expect(report).toEqual({
      isCompatible: true,
      level: 'compatible-with-warnings',
      pluginVersion: '0.1.0',
      hostVersion: '2.5.0',
      requiredConstraint: '>=1',
      errors: [],
      warnings: ['breaking change in host 2.0.0: load() is async'],
      migrationHints: ['read what changed in host 2.0.0'],
    });
    expect(Object.values(report).every((value) => Object.isFrozen(value))).toBe(true);
    expect(Object.isFrozen(report)).toBe(true);
  });

  it('lists what an upgrade meets: after the one, up to the other', () => {
    const resolver = new VersionResolver();
    for (const version of ['3.0.0', '1.0.0', '2.0.0'])
      resolver.registerBreakingChange(version, `in ${version}`);
    const path = (from: string, to: string): readonly string[] =>
      resolver.checkUpgradePath(from, to).map(({ version }) => version);
    expect(path('1.0.0', '3.0.0')).toEqual(['2.0.0', '3.0.0']);
    expect(path('3.0.0', '1.0.0')).toEqual([]);
    expect(() => path('one', '2.0.0')).toThrow(VersionFormatError);
    expect(() => {
      resolver.registerBreakingChange('soon', 'x');
    }).toThrow(VersionFormatError);
  });

  it('W-43: refuses a plugin version or host version that is none', () => {
    const constraint = parseConstraint('*');
    const check = (pluginVersion: string, hostVersion: string) => (): unknown =>
      new VersionResolver().checkCompatibility({ pluginVersion, constraint, hostVersion });
    expect(check('x', '1.0.0')).toThrow(VersionFormatError);
    expect(check('1.0.0', 'x')).toThrow(VersionFormatError);
  });
});
