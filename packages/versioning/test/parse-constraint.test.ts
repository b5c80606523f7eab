import { VersionFormatError } from '@truthound/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConstraint } from '../src/index.ts';

function refusalOf(question: () => unknown): VersionFormatError {
  try {
    question();
  } catch (error) {
    if (error instanceof VersionFormatError) return error;
  }
  throw new Error('was not refused');
}

describe('W-44: a constraint is refused at the first part that does not fit', () => {
  it.each([
    ['^1.0.0,foo', 7, '"foo"'],
    ['1.2.3,', 6, 'empty'],
    [',1.2.3', 0, 'empty'],
    ['1.0.0,,2.0.0', 6, 'empty'],
    ['1 ||,', 4, 'empty'],
    ['!=1.2.3', 0, '"!="'],
    ['==1.2.3', 0, '"=="'],
    ['^1 && ^2', 3, '"&&"'],
    ['1 | 2', 2, '"|"'],
    ['latest', 0, '"latest"'],
    ['1.2.3.4', 6, 'fourth'],
    ['> 1.2.a', 6, '"a"'],
    ['01.2.3', 0, 'zero'],
    ['1.9007199254740992.0', 2, 'above'],
    ['^1.2.3-01', 7, 'zero'],
    ['^1.2.3-rc..1', 10, 'empty'],
    ['^1.2.3-rc_1', 9, '"_"'],
    ['^1.2.3+', 7, 'empty'],
    ['1.2-rc', 3, 'missing'],
    ['>=', 2, 'missing'],
    ['?1', 0, '"?"'],
    ['1.0.0 - 2.0.0 <1.5.0', 6, 'hyphen'],
    ['1.x.3', 0, 'not a range'],
  ])('%s at %i', (text, position, reason) => {
    const error = refusalOf(() => parseConstraint(text));
    expect(error.position).toBe(position);
    expect(error.message).toContain(reason);
    expect(error.message).toContain(text);
  });

  it.each([undefined, null, 7, {}])('a value that is no text: %j', (text) => {
    expect(refusalOf(() => parseConstraint(text as string)).message).toContain('is text');
  });
});

describe('W-43: a version is refused where it stops being one', () => {
  it.each([
    ['', 0, 'empty'],
    ['1.2', 3, 'patch number is missing'],
    ['1', 1, 'minor and patch'],
    ['v1.2.3.4', 7, 'fourth'],
    [' 1.2.x', 5, '"x"'],
    ['1..3', 2, 'minor number is missing'],
    ['1.2.3-', 6, 'empty'],
    ['1.2.3-a.01', 8, 'zero'],
    ['1.2.3+a_b', 7, '"_"'],
    [`1.2.3-${'a'.repeat(260)}`, 256, '256 are allowed'],
    [`1.2.${'x'.repeat(30)}`, 4, 'x…'],
  ])('%j at %i', (version, position, reason) => {
    const error = refusalOf(() => parseConstraint('*').isSatisfiedBy(version));
    expect(error.position).toBe(position);
    expect(error.message).toContain(reason);
  });
});

describe('limits', () => {
  it('reads 512 characters and refuses one more', () => {
    expect(parseConstraint(`1.2.3${' '.repeat(507)}`).toString()).toBe('1.2.3');
    expect(refusalOf(() => parseConstraint(`1.2.3${' '.repeat(508)}`)).message).toContain('512 are allowed');
  });

  it('reads 32 alternatives and refuses one more', () => {
    const list = (count: number): string => Array.from({ length: count }, (_, index) => index).join('||');
    expect(parseConstraint(list(32)).isSatisfiedBy('31.0.0')).toBe(true);
    const error = refusalOf(() => parseConstraint(list(33)));
    expect(error.position).toBe(list(32).length);
    expect(error.message).toContain('33 alternatives, 32 are allowed');
    expect(parseConstraint(list(33), { maxAlternatives: 33 }).isSatisfiedBy('32.0.0')).toBe(true);
  });

  it('are kept where a caller with higher ones came before', () => {
    const long = `1.2.3${' '.repeat(600)}`;
    expect(parseConstraint(long, { maxLength: 1000 }).isSatisfiedBy('1.2.3')).toBe(true);
    expect(() => parseConstraint(long)).toThrow(VersionFormatError);
    expect(parseConstraint('1.2.3 || 2').isSatisfiedBy('2.0.0')).toBe(true);
    expect(() => parseConstraint('1.2.3 || 2', { maxAlternatives: 1 })).toThrow(VersionFormatError);
  });

  it('keep operators in a row from costing time', () => {
    expect(() => parseConstraint('='.repeat(512))).toThrow(VersionFormatError);
    expect(() => parseConstraint('^'.repeat(30_000))).toThrow(VersionFormatError);
  });

  it('do not bind what was computed', () => {
    const list = (offset: number): string =>
      Array.from({ length: 32 }, (_, i) => `>=${i}.${offset}.0 <${i}.9.0`).join('||');
    const options = { maxLength: 10_000, maxAlternatives: 100 };
    const common = parseConstraint(list(1), options).intersect(parseConstraint(list(2), options));
    expect(parseConstraint(common.toString(), options).equals(common)).toBe(true);
  });
});

it('answers or refuses any text, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ maxLength: 40 }), fc.stringMatching(/^[\d.xv^~<>=|, *+\-a]{0,30}$/)),
      fc.string(),
      (text, version) => {
        try {
          const constraint = parseConstraint(text);
          expect(parseConstraint(constraint.toString()).equals(constraint)).toBe(true);
          return typeof constraint.isSatisfiedBy(version) === 'boolean';
        } catch (error) {
          return error instanceof VersionFormatError;
        }
      },
    ),
    { numRuns: 2000 },
  );
});

it('remembers constraints: the same text gives the same object', () => {
  expect(parseConstraint('^4.5.6')).toBe(parseConstraint('^4.5.6'));
  expect(parseConstraint('^4.5.6')).not.toBe(parseConstraint('^4.5.6', { includePrerelease: true }));
});
