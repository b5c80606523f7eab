import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { parseChangelog } from '../../src/documentation/changelog.ts';
import { scanExports } from '../../src/documentation/scan-exports.ts';
import { maskSource } from '../../src/documentation/source-mask.ts';

const names = (source: string): readonly string[] => scanExports(source).exports.map(({ name }) => name);

describe('what a module exports', () => {
  it('W-75: is found with parameters, returns, throws, examples and deprecation of its doc comment', () => {
    const source = `
      /**
       * Reads a {@link Table}.
       * Twice.
       *
       * @param {string} text - the CSV
       * @param [options.separator=","] between cells
       * @returns {Row[]} the rows
       * @throws RangeError for no columns
       * @example
       * \`\`\`js
       * read('a,b');
       * \`\`\`
       * @deprecated use parse
       */
      export async function read(text, options = { separator: ',' }) { return []; }
    `;
    expect(scanExports(source).exports).toEqual([
      {
        name: 'read',
        kind: 'function',
        signature: "export async function read(text, options = { separator: ',' })",
        description: 'Reads a Table.\nTwice.',
        parameters: [
          { name: 'text', description: 'string: the CSV' },
          { name: 'options.separator', description: 'between cells' },
        ],
        returns: 'Row[]: the rows',
        throws: ['RangeError for no columns'],
        examples: ["```js\nread('a,b');\n```"],
        deprecated: 'use parse',
      },
    ]);
  });

  it.each([
    ['export const f = (x) => x * 2;', 'function', 'export const f = (x) =>'],
    ['export const f = async function (x) { return x; };', 'function', 'export const f = async function (x)'],
    ['export const f = 5;', 'value', 'export const f = 5'],
    [
      'export declare const f: (x: number) => Promise<{ a: string }>;',
      'function',
      'export declare const f: (x: number) => Promise<{ a: string }>',
    ],
    [
      'export declare function f(x: { a: 1 }): { b: 2 };',
      'function',
      'export declare function f(x: { a: 1 }): { b: 2 }',
    ],
    ['export function* f() { yield 1; }', 'function', 'export function* f()'],
    ['export class f extends Base { a = 1; }', 'class', 'export class f extends Base'],
    ['export const f = { a: 1 }', 'value', 'export const f ='],
    ['export const f = 1\nexport const g = 2', 'value', 'export const f = 1'],
  ])('%s', (source, kind, signature) => {
    expect(scanExports(source).exports[0]).toMatchObject({ name: 'f', kind, signature });
  });

  it('is not what only looks like it, in comments, strings, templates, regular expressions and blocks', () => {
    const source = [
      '// export const a = 1;',
      '/* export const b = 1; */',
      'const text = "export const c = 1;";',
      'const more = `\nexport const d = 1;\n`;',
      'const pattern = /"/; const quotient = 6 / 2 / 1;',
      'function inner() { class export_ {} }',
      '{ const e = 1; }',
      'const local = 1;',
      'export const real = 1;',
    ].join('\n');
    expect(names(source)).toEqual(['real']);
  });

  it('takes in lists with their new names, and leaves out types', () => {
    const source =
      'function a() {} const b = 1; type T = 1; export { a, b as c, type T }; export type { T as U };';
    expect(names(source)).toEqual(['a', 'c']);
  });

  it('passes on where other modules’ exports come from', () => {
    const { reExports } = scanExports('export * from "./a.js"; export { x, y as z } from \'./b.js\';');
    expect(reExports).toEqual([
      { from: './a.js', names: undefined },
      {
        from: './b.js',
        names: new Map([
          ['x', 'x'],
          ['z', 'y'],
        ]),
      },
    ]);
  });

  it('reads any text without failing, in time that grows no faster than the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(maskSource(text).mask).toHaveLength(text.length);
        expect(Array.isArray(scanExports(text).exports)).toBe(true);
      }),
    );
    for (const unit of [
      'export ',
      'export const a ',
      '/**',
      '`',
      '{',
      'export {',
      '/',
      ' ',
      '\\',
      'a=>',
      '/** a */ const b = 1;',
    ])
      expect(scanExports(unit.repeat(20_000))).toBeDefined();
  });
});

describe('a changelog', () => {
  it('W-75: is read in the usual forms, and chapters without a version are left out', () => {
    const text =
      '# Log\n## Unreleased\nx\n## [1.2.0] - 2026-01-31\n### Added\n- a\n\n## v1.1.0 (2025-12-01)\nb\n## 1.0.0-rc.1\n## not.a.version';
    expect(parseChangelog(text)).toEqual([
      { version: '1.2.0', date: '2026-01-31', notes: '### Added\n- a' },
      { version: '1.1.0', date: '2025-12-01', notes: 'b' },
      { version: '1.0.0-rc.1', date: undefined, notes: '' },
    ]);
  });
});
