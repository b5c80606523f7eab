import { describe, expect, it } from 'vitest';
import { parseCallArguments } from '../../src/cli/call-arguments.ts';
import { toJsonText } from '../../src/cli/json-output.ts';
import { listRelaxations } from '../../src/cli/manager-options.ts';
import { printable } from '../../src/cli/printable.ts';
import { renderTable } from '../../src/cli/table.ts';

describe('toJsonText', () => {
  it.each([
    ['a BigInt', 12n, '"12"'],
    ['a Map', new Map([['a', 1]]), '[["a",1]]'],
    ['a Set', new Set([1]), '[1]'],
    ['bytes', new Uint8Array([1, 2, 3]), '"AQID"'],
    ['an error', new RangeError('too much'), '{"name":"RangeError","message":"too much"}'],
    ['a time', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['nothing', undefined, 'null'],
    ['no number', NaN, 'null'],
  ])('writes %s', (_name, value, text) => {
    expect(toJsonText(value, 'compact')).toBe(text);
  });
});

describe('printable', () => {
  it('keeps letters of all languages and line breaks, and shows what would act on the terminal', () => {
    expect(printable('안녕 é\n\tx')).toBe('안녕 é\n\tx');
    expect(printable('a\u001b[2Jb\rc\u0007\u2066')).toBe('a\\u001b[2Jb\\u000dc\\u0007\\u2066');
  });
});

describe('renderTable', () => {
  it('makes each column as wide as its widest cell, and bears short rows', () => {
    expect(renderTable(['ID', 'N'], [['long-name', '1'], ['x']])).toEqual([
      'ID         N',
      'long-name  1',
      'x',
    ]);
  });
});

describe('listRelaxations', () => {
  it('names what is given up, and nothing else', () => {
    expect(listRelaxations({ policy: 'standard' })).toEqual([]);
    expect(listRelaxations({ policy: 'testing', bestEffort: true, unsigned: true })).toHaveLength(3);
  });
});

describe('parseCallArguments', () => {
  it('reads JSON, one value each', () => {
    expect(parseCallArguments(['1', '"a"', '{"b":[null]}'])).toEqual([1, 'a', { b: [null] }]);
  });
});
