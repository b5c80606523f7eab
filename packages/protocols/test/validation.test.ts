import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValidationError, ValidationRangeError } from '../src/index.ts';
import {
  type Check,
  arrayOf,
  assertValid,
  boolean,
  collectFaults,
  describeValue,
  isRecord,
  joinPath,
  objectOf,
  oneOf,
  ownFields,
  positiveLimit,
  recordOf,
  string,
  wholeNumber,
} from '../src/validation.ts';

function problemsOf(check: Check, value: unknown): readonly string[] {
  return collectFaults(check, value, 'at').map(({ path, problem }) => `${path} ${problem}`);
}

class Custom {
  readonly field = 1;
}

/** An instance of a class that has no name to show. */
function createNameless(): object {
  return new (class {
    readonly field = 1;
  })();
}

describe('describeValue', () => {
  test.each([
    { value: null, text: 'null' },
    { value: undefined, text: 'undefined' },
    { value: [1], text: 'an array' },
    { value: {}, text: 'an object' },
    { value: { __proto__: null }, text: 'an object' },
    { value: new Map(), text: 'a Map' },
    { value: new Custom(), text: 'a Custom' },
    { value: new Error('secret'), text: 'an Error' },
    { value: createNameless(), text: 'an object of a class' },
    { value: { __proto__: { __proto__: { constructor: 1 } } }, text: 'an object of a class' },
    { value: () => 1, text: 'a function' },
    { value: Symbol('s'), text: 'a symbol' },
    { value: 1.5, text: '1.5' },
    { value: 10n, text: '10' },
    { value: true, text: 'true' },
    { value: 'text', text: '"text"' },
    { value: 'a\n\u001b[31mb', text: String.raw`"a\n\u001b[31mb"` },
    { value: 'x'.repeat(70), text: `"${'x'.repeat(60)}…"` },
  ])('says $text', ({ value, text }) => {
    expect(describeValue(value)).toBe(text);
  });
});

describe('isRecord', () => {
  test.each([{}, { a: 1 }, Object.create(null), JSON.parse('{"__proto__":1}')])('is true for %j', (value) => {
    expect(isRecord(value)).toBe(true);
  });

  test.each([null, [], new Map(), new Custom(), Object.create({ inherited: 1 }), 'text', () => 1])(
    'is false for %s',
    (value) => {
      expect(isRecord(value)).toBe(false);
    },
  );
});

describe('ownFields', () => {
  test('copies what the object has itself and inherits nothing', () => {
    const copy = ownFields({ a: 1 });
    expect(Object.getPrototypeOf(copy)).toBeNull();
    expect({ ...copy }).toEqual({ a: 1 });
  });

  test.each([undefined, 7, null])('answers %s as it is', (value) => {
    expect(ownFields(value)).toBe(value);
  });
});

test.each([
  { parent: '', key: 'a', path: 'a' },
  { parent: 'a', key: 'b-c', path: 'a.b-c' },
  { parent: 'a', key: '@x/y', path: 'a["@x/y"]' },
  { parent: 'a', key: 'b\n', path: String.raw`a["b\n"]` },
  { parent: 'a', key: 'k'.repeat(61), path: `a["${'k'.repeat(60)}…"]` },
])('joinPath joins "$parent" and a key to $path', ({ parent, key, path }) => {
  expect(joinPath(parent, key)).toBe(path);
});

describe('objectOf', () => {
  const check = objectOf({ network: boolean, host: string() }, { noun: 'permission' });

  test('reports every fault, each with its path', () => {
    expect(problemsOf(check, { network: 1, host: '', extra: true })).toEqual([
      'at.network must be true or false, not 1',
      'at.host must not be empty',
      'at.extra is not a known permission: the permissions are network, host',
    ]);
  });

  test.each(['Network', 'netwrk', 'nettwork', 'netwurk', 'newtork', 'etwork'])(
    'suggests network for %s',
    (key) => {
      expect(problemsOf(check, { [key]: true })).toEqual([
        `at.${key} is not a known permission: did you mean "network"?`,
      ]);
    },
  );

  test.each(['netowkr', 'net', 'networks2', 'x'])('suggests nothing for %s', (key) => {
    expect(problemsOf(check, { [key]: true })[0]).toContain('the permissions are network, host');
  });

  test.each(['__proto__', 'constructor', 'toString'])('does not know %s', (key) => {
    const hostile: unknown = JSON.parse(`{"${key}": true}`);
    expect(problemsOf(objectOf({ network: boolean }), hostile)).toEqual([
      `at.${key} is not a known key: the keys are network`,
    ]);
  });

  test('takes undefined for left out', () => {
    expect(problemsOf(check, { network: undefined })).toEqual([]);
  });

  test.each([null, [], 'text', new Map([['network', true]])])('refuses %s', (value) => {
    expect(problemsOf(check, value)).toEqual([`at must be an object, not ${describeValue(value)}`]);
  });
});

describe('recordOf', () => {
  test('checks each key and each value', () => {
    const check = recordOf(string({ maxLength: 3 }), boolean);
    expect(problemsOf(check, { ok: true, long1: true, no: 1 })).toEqual([
      'at.long1 must be at most 3 characters long, not 5',
      'at.no must be true or false, not 1',
    ]);
    expect(problemsOf(check, [])).toEqual(['at must be an object, not an array']);
  });
});

describe('arrayOf', () => {
  const check = arrayOf(boolean, { maxItems: 3 });

  test('checks each item by its index', () => {
    expect(problemsOf(check, [true, 'x', false])).toEqual(['at[1] must be true or false, not "x"']);
  });

  test('sees the holes of a sparse array', () => {
    const sparse: boolean[] = [];
    sparse[1] = true;
    expect(problemsOf(check, sparse)).toEqual(['at[0] must be true or false, not undefined']);
  });

  test('refuses what is no array, and too many items', () => {
    expect(problemsOf(check, { length: 0 })).toEqual(['at must be an array, not an object']);
    expect(collectFaults(check, [true, true, true, true])).toEqual([
      { path: '', problem: 'must have at most 3 items, not 4', outOfRange: true },
    ]);
  });
});

describe('string', () => {
  const check = string({ maxLength: 5, pattern: /^[a-z]+$/, shape: 'lower-case letters' });

  test.each([
    { value: 'abc', problems: [] },
    { value: 7, problems: ['at must be a string, not 7'] },
    { value: ' ', problems: ['at must not be empty'] },
    { value: 'abcdef', problems: ['at must be at most 5 characters long, not 6'] },
    { value: 'a\0', problems: ['at must not contain a NUL character'] },
    { value: 'ABC', problems: ['at must be lower-case letters, not "ABC"'] },
    { value: 'abc\n', problems: [String.raw`at must be lower-case letters, not "abc\n"`] },
  ])('$value: $problems', ({ value, problems }) => {
    expect(problemsOf(check, value)).toEqual(problems);
  });

  test('names the pattern where no shape is given', () => {
    expect(problemsOf(string({ pattern: /^a$/ }), 'b')).toEqual(['at must be /^a$/, not "b"']);
  });
});

test('oneOf lists what it would take', () => {
  expect(problemsOf(oneOf(['a', 'b']), 'a')).toEqual([]);
  expect(problemsOf(oneOf(['a', 'b']), 'c')).toEqual(['at must be one of "a", "b", not "c"']);
  expect(problemsOf(oneOf(['a', 'b']), 1)).toEqual(['at must be one of "a", "b", not 1']);
});

describe('numbers', () => {
  test('a limit is any number above 0, and Infinity', () => {
    const anyLimit = fc.oneof(fc.double({ min: Number.MIN_VALUE, noNaN: true }), fc.constant(Infinity));
    fc.assert(fc.property(anyLimit, (limit) => problemsOf(positiveLimit(), limit).length === 0));
  });

  test.each([0, -0, -1, -Infinity, Number.NaN])('a limit is not %d', (limit) => {
    expect(collectFaults(positiveLimit(), limit)).toMatchObject([{ outOfRange: true }]);
  });

  test('a limit of things is whole', () => {
    const check = positiveLimit({ integer: true });
    expect(problemsOf(check, Infinity)).toEqual([]);
    expect(problemsOf(check, 2.5)).toEqual(['at must be a whole number, not 2.5']);
    expect(problemsOf(check, '2')).toEqual(['at must be a number, not "2"']);
  });

  test.each([
    { value: 0, allowed: true },
    { value: 3, allowed: true },
    { value: -1, allowed: false },
    { value: 0.5, allowed: false },
    { value: Infinity, allowed: false },
    { value: Number.NaN, allowed: false },
  ])('a whole number of at least 0 may be $value: $allowed', ({ value, allowed }) => {
    expect(problemsOf(wholeNumber({ minimum: 0 }), value).length === 0).toBe(allowed);
  });

  test('a whole number may be Infinity where that is said', () => {
    expect(problemsOf(wholeNumber({ minimum: 0, allowInfinity: true }), Infinity)).toEqual([]);
    expect(problemsOf(wholeNumber({ minimum: 0 }), '1')).toEqual(['at must be a number, not "1"']);
  });
});

describe('assertValid', () => {
  const check = objectOf({ limit: positiveLimit(), flag: boolean });

  test('says nothing about what is right', () => {
    expect(() => assertValid('thing', check, { limit: 1, flag: true })).not.toThrow();
  });

  test('throws one error for all faults', () => {
    expect(() => assertValid('thing', check, { limit: 'x', flag: 1 })).toThrow(
      new ValidationError({
        subject: 'thing',
        faults: [
          { path: 'limit', problem: 'must be a number, not "x"' },
          { path: 'flag', problem: 'must be true or false, not 1' },
        ],
      }),
    );
  });

  test('throws a range error when a number is out of its range', () => {
    expect(() => assertValid('thing', check, { limit: 0, flag: 1 })).toThrow(ValidationRangeError);
    expect(() => assertValid('thing', check, { limit: 1, flag: 1 })).not.toThrow(RangeError);
  });
});
