import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { comparePaths, findCollision, findPathFault } from '../src/file-names.ts';

describe('a path', () => {
  test.each([
    'a',
    'package.json',
    'dist/index.js',
    '.gitignore',
    'node_modules/@x/y/z.js',
    'é/ü',
    '日本',
    'a b',
    'a',
    '-',
    '_x.node',
    'com',
    'console.js',
    'a+b@1',
    `${'long-'.repeat(40)}name.js`,
  ])('may be %j', (path) => {
    expect(findPathFault(path)).toBeUndefined();
  });

  test.each([
    '',
    '.',
    '..',
    '../a',
    'a/../b',
    'a//b',
    '/a',
    'a/',
    'a\\b',
    'a\u0000',
    'a\nb',
    'a\u007f',
    '\u0085',
    '\u2028',
    'e\u0301',
    '\ud800',
    '\ufffd',
    'a:b',
    'C:',
    'a.',
    'a ',
    'dir./x',
    'con',
    'NUL.txt',
    'aux',
    'com1',
    'lpt9.js',
    'x'.repeat(1100),
    'd/'.repeat(70) + 'x',
    '日'.repeat(400),
  ])('must not be %j', (path) => {
    expect(findPathFault(path)).toBeDefined();
  });
});

describe('the order of paths', () => {
  it('is that of their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 6 });
    const near = fc.constantFrom('\ud83d\ude00', '\uffee', '\ue000', '\ud7ff', '\u0800', '\u00ff', 'z', '');
    const path = fc.tuple(near, text, near).map((parts) => parts.join(''));
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('names that some systems take for one', () => {
  test.each([
    [['a', 'A']],
    [['dist/x', 'DIST/y']],
    [['ß', 'SS']],
    [['é', 'É']],
    [['a', 'a/b']],
    [['A', 'a/b']],
    [['a/b', 'A']],
    [['x/K', 'x/k']],
    [['ﬀ', 'FF']],
  ])('%j collide', (paths) => {
    expect(findCollision(paths)).toBeDefined();
  });

  test.each([[['a', 'b', 'a.b', 'ab/c', 'ab/d', 'ab/e/f']], [['x/a', 'y/a']], [[]]])('%j do not', (paths) => {
    expect(findCollision(paths)).toBeUndefined();
  });
});
