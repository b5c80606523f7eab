import { VersionFormatError, type VersionRequirement } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { VersionConstraint, parseConstraint } from '../src/index.ts';

describe("the document's examples", () => {
  it('has factories', () => {
    expect(VersionConstraint.anyVersion().isSatisfiedBy('7.0.0')).toBe(true);
    expect(VersionConstraint.exact('1.2.3').isSatisfiedBy('1.2.3')).toBe(true);
    expect(VersionConstraint.exact('1.2.3').isSatisfiedBy('1.2.4')).toBe(false);
    expect(VersionConstraint.atLeast('1.0.0').isSatisfiedBy('9.0.0')).toBe(true);
    expect(VersionConstraint.compatibleWith('1.2.3').equals(parseConstraint('^1.2.3'))).toBe(true);
  });

  it('checks satisfaction', () => {
    expect(parseConstraint('^1.2.3').isSatisfiedBy('1.2.5')).toBe(true);
    expect(parseConstraint('^1.2.3').isSatisfiedBy('2.0.0')).toBe(false);
  });
});

describe.each([
  ['*', ['0.0.0', '9.9.9'], []],
  ['1.2.3', ['1.2.3'], ['1.2.2', '1.2.4']],
  ['>=1.2.3', ['1.2.3', '2.0.0'], ['1.2.2']],
  ['>1.2.3', ['1.2.4'], ['1.2.3']],
  ['<=1.2.3', ['0.0.0', '1.2.3'], ['1.2.4']],
  ['<1.2.3', ['1.2.2'], ['1.2.3']],
  ['^1.2.3', ['1.2.3', '1.99.0'], ['1.2.2', '2.0.0', '2.0.0-rc.1']],
  ['~1.2.3', ['1.2.3', '1.2.99'], ['1.2.2', '1.3.0']],
  ['>=1.0.0,<2.0.0', ['1.0.0', '1.9.9'], ['0.9.9', '2.0.0']],
  ['>=1.0.0, <2.0.0', ['1.0.0', '1.9.9'], ['0.9.9', '2.0.0']],
] as const)('the format %s', (text, fits, refuses) => {
  it.each(fits)('is satisfied by %s', (version) => {
    expect(parseConstraint(text).isSatisfiedBy(version)).toBe(true);
  });

  it.skipIf(refuses.length === 0).each(refuses)('is not satisfied by %s', (version) => {
    expect(parseConstraint(text).isSatisfiedBy(version)).toBe(false);
  });
});

describe('npm says what surprises', () => {
  it.each([
    ['^0.2.3', '0.2.9', '0.3.0'],
    ['^0.0.3', '0.0.3', '0.0.4'],
    ['~1', '1.9.0', '2.0.0'],
    ['>1', '2.0.0', '1.9.9'],
    ['<=1.2', '1.2.9', '1.3.0'],
    ['*', '1.0.0', '1.0.0-beta'],
    ['>=1.0.0', '1.1.0', '1.1.0-beta'],
    ['>=1.0.0-beta', '1.0.0-rc', '1.1.0-beta'],
    ['<2.0.0', '1.0.0', '2.0.0-rc.1'],
    ['1.0.0-rc || *', '1.0.0', '1.0.0-rc'],
    ['1.0.0-rc || >=0', '1.0.0', '1.0.0-rc'],
    ['>=0.0.0 || 1.0.0-rc', '1.0.0', '1.0.0-rc'],
  ])('%s takes %s and refuses %s', (text, fits, refused) => {
    expect(parseConstraint(text).isSatisfiedBy(fits)).toBe(true);
    expect(parseConstraint(text).isSatisfiedBy(refused)).toBe(false);
  });

  it('lets prereleases in with includePrerelease', () => {
    expect(parseConstraint('*', { includePrerelease: true }).isSatisfiedBy('1.0.0-beta')).toBe(true);
    expect(VersionConstraint.anyVersion({ includePrerelease: true }).isSatisfiedBy('1.0.0-beta')).toBe(true);
    expect(VersionConstraint.atLeast('1.0.0', { includePrerelease: true }).isSatisfiedBy('1.1.0-beta')).toBe(
      true,
    );
  });
});

describe('W-43: what is no version is refused, never a yes or a no', () => {
  it.each([
    '',
    ' ',
    '1',
    '1.2',
    'latest',
    '1.2.3.4',
    '01.2.3',
    '1.2.3-',
    '1.2.3-01',
    '1.2.3+',
    '1.2.3-a_b',
    '=1.2.3',
  ])('%j', (version) => {
    for (const text of ['*', '1.2.3', '>=1.0.0-rc', '<1']) {
      expect(() => parseConstraint(text).isSatisfiedBy(version)).toThrow(VersionFormatError);
      expect(() => parseConstraint(text).explain(version)).toThrow(VersionFormatError);
    }
  });

  it.each([undefined, null, 3, {}, ['1.2.3']])('a value that is no text: %j', (version) => {
    expect(() => parseConstraint('*').isSatisfiedBy(version as string)).toThrow(VersionFormatError);
  });
});

describe('W-45: one grammar, npm’s', () => {
  it.each(['^1.2', '1.x', '1.0.0 - 2.0.0', '^1 || ^2', '>=1.0.0 <2.0.0', '^1.2.3-beta.1', 'v1.2.3', '~>1.2'])(
    'reads %s',
    (text) => {
      expect(parseConstraint(text).isEmpty).toBe(false);
    },
  );

  it('lets an exact prerelease match itself', () => {
    expect(VersionConstraint.exact('1.2.3-rc.1').isSatisfiedBy('1.2.3-rc.1')).toBe(true);
  });

  it('ignores build metadata', () => {
    expect(VersionConstraint.exact('1.2.3').isSatisfiedBy('1.2.3+build')).toBe(true);
    expect(VersionConstraint.exact('1.2.3+one').isSatisfiedBy('1.2.3+two')).toBe(true);
  });
});

describe('W-46: the text of a constraint', () => {
  it.each([
    '*',
    '1.2.3',
    '>1.2.3',
    '^1.2.3',
    '>=1.0.0,<2.0.0',
    '1.0.0 - 2.0.0',
    '1 || 2',
    '>=1.0.0-rc <2.0.0-0',
  ])('of %s is what was written and reads back equal', (text) => {
    expect(parseConstraint(text).toString()).toBe(text);
    expect(parseConstraint(parseConstraint(text).toString()).equals(parseConstraint(text))).toBe(true);
  });

  it('is tidied', () => {
    expect(parseConstraint('  >=1.0.0 \t <2 ').toString()).toBe('>=1.0.0 <2');
    expect(parseConstraint('').toString()).toBe('*');
  });

  it('survives JSON with its mode', () => {
    for (const includePrerelease of [true, false]) {
      const constraint = parseConstraint('^1.2.3', { includePrerelease });
      const json = JSON.stringify(constraint);
      expect(json).toBe(JSON.stringify({ range: '^1.2.3', includePrerelease }));
      expect(VersionConstraint.fromJSON(JSON.parse(json) as never).equals(constraint)).toBe(true);
    }
  });

  it.each([undefined, null, 'x', {}, { range: 1 }, { range: '1' }])(
    'is not read from the JSON %j',
    (json) => {
      expect(() => VersionConstraint.fromJSON(json as never)).toThrow(VersionFormatError);
    },
  );
});

it('W-47: npm and the fast road read prereleases alike', () => {
  const fast = parseConstraint('>=1.2.3-rc.1 <2.0.0');
  const npm = parseConstraint('>= 1.2.3-rc.1+build <2.0.0');
  expect(fast.equals(npm)).toBe(true);
  expect([fast, npm].map((constraint) => constraint.isSatisfiedBy('1.2.3-rc.2+build'))).toEqual([true, true]);
  expect([fast, npm].map((constraint) => constraint.isSatisfiedBy('v1.2.3-beta'))).toEqual([false, false]);
});

describe('intersections that joining with a comma would get wrong', () => {
  it.each([
    ['>=1.2.3-alpha <2.0.0', '>=1.0.0 <3.0.0', '>=1.2.3 <2.0.0'],
    ['^1.0.0', '<1.5.0', '>=1.0.0 <1.5.0'],
    ['>2', '<1', '<0.0.0-0'],
    ['<1.0.0 || >=1.0.0-alpha', '<1.0.0 || >=1.0.0-alpha', '<1.0.0 || >=1.0.0-alpha'],
    ['1.2.3', '*', '1.2.3'],
    ['>=1.0.0-rc <=1.0.0-rc.5', '>=1.0.0-rc.2 <2.0.0', '>=1.0.0-rc.2 <=1.0.0-rc.5'],
    ['>=1.0.0-rc.1 <=1.0.0-rc.1', '*  || 1.0.0', '<0.0.0-0'],
    ['1.0.0-rc.1', '>=1.0.0-rc <1.0.0-rc.9', '1.0.0-rc.1'],
    [
      '<0.0.1 || >=0.0.0-a <0.0.0-b || >0.0.0',
      '>=0.0.0-a || >=0.0.1',
      '>=0.0.0-a <0.0.0-b || 0.0.0 || >=0.0.1',
    ],
  ])('%s and %s', (left, right, expected) => {
    expect(parseConstraint(left).intersect(parseConstraint(right)).toString()).toBe(expected);
  });

  it('keeps includePrerelease where both have it', () => {
    const left = parseConstraint('>=1.0.0', { includePrerelease: true });
    const right = parseConstraint('<=1.5.0', { includePrerelease: true });
    expect(left.intersect(right).isSatisfiedBy('1.2.0-rc')).toBe(true);
    expect(left.intersect(parseConstraint('<=1.5.0')).includePrerelease).toBe(false);
    expect(left.intersect(parseConstraint('<=1.5.0')).isSatisfiedBy('1.2.0-rc')).toBe(false);
  });

  it('writes bounds that npm can read at the longest prerelease', () => {
    const longest = `1.0.0-${'a'.repeat(250)}`;
    const above = parseConstraint(`>${longest}`).intersect(parseConstraint('>=1.0.0-0 <2.0.0'));
    expect(above.toString()).toBe(`>${longest} <2.0.0`);
    expect(parseConstraint(above.toString()).equals(above)).toBe(true);
  });

  it('knows where numbers end', () => {
    const { MAX_SAFE_INTEGER: max } = Number;
    expect(parseConstraint(`>${max}.${max}.${max}`).isEmpty).toBe(true);
    expect(parseConstraint(`>0.${max}.${max}`).lowestVersion).toBe('1.0.0');
    expect(parseConstraint(`>0.0.${max}`).lowestVersion).toBe('0.1.0');
    expect(parseConstraint(`>${max}.${max}.${max}`, { includePrerelease: true }).isEmpty).toBe(true);
  });
});

describe('explain', () => {
  it('names the bound that refuses', () => {
    expect(parseConstraint('^1.2.3').explain('2.0.0')).toEqual({
      isSatisfied: false,
      version: '2.0.0',
      constraint: '^1.2.3',
      refusals: [{ alternative: '^1.2.3', part: '<2.0.0-0', reason: 'too-new' }],
      message: '2.0.0 does not satisfy ^1.2.3: it is not <2.0.0-0 (from ^1.2.3)',
    });
  });

  it('names what refuses in each alternative', () => {
    const { refusals } = parseConstraint('1.0.0 || ^3 || >=2.0.0').explain('2.0.0-rc.1');
    expect(refusals).toEqual([
      { alternative: '1.0.0', part: '1.0.0', reason: 'too-new' },
      { alternative: '^3', part: '>=3.0.0', reason: 'too-old' },
      { alternative: '>=2.0.0', part: '>=2.0.0', reason: 'too-old' },
    ]);
  });

  it('says when only the rule for prereleases refuses', () => {
    const { refusals, message } = parseConstraint('>=1.0.0').explain('1.1.0-rc');
    expect(refusals).toEqual([{ alternative: '>=1.0.0', part: '>=1.0.0', reason: 'prerelease' }]);
    expect(message).toContain('includePrerelease');
  });

  it('has nothing to say against what is satisfied', () => {
    const explanation = parseConstraint('^1').explain('1.0.0');
    expect(explanation).toMatchObject({ isSatisfied: true, refusals: [], message: '1.0.0 satisfies ^1' });
    expect(Object.isFrozen(explanation) && Object.isFrozen(explanation.refusals)).toBe(true);
  });
});

it('is what others take as a VersionRequirement, and cannot be changed', () => {
  const requirement: VersionRequirement = parseConstraint('^1');
  expect(requirement.toString()).toBe('^1');
  expect(Object.isFrozen(requirement)).toBe(true);
});
