import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedMessageError, decodeValue } from '../../src/channel/decode-value.ts';
import { parseGuestMessage, readGuestText, readRemoteError } from '../../src/channel/messages.ts';
import { thrownBy } from '../support/thrown-by.ts';

const TAGS = [
  'undefined',
  'number',
  'bigint',
  'ref',
  'date',
  'regexp',
  'bytes',
  'stream',
  'object',
  'map',
  'set',
  'error',
  'constructor',
  '__proto__',
  'toString',
];

/** JSON with tags strewn in: the right ones, wrong ones, with whatever content. */
const hostileJson = fc.letrec<{ readonly json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue(),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.tuple(fc.constantFrom(...TAGS), tie('json')).map(([tag, content]) => ({ $: [tag, content] })),
    fc.tuple(fc.constantFrom('$', '__proto__', 'constructor', 'a'), tie('json')).map(([key, item]) => {
      return JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(item)}}`) as unknown;
    }),
  ),
})).json;

/** What the prototypes hold, to see that nothing was added. */
function prototypeKeys(): readonly string[] {
  return [Object.prototype, Array.prototype, Function.prototype, Error.prototype].map((prototype) =>
    Reflect.ownKeys(prototype).map(String).join(),
  );
}

describe('decoding what a hostile peer sent', () => {
  it('answers data or throws a MalformedMessageError, and never touches a prototype', () => {
    const before = prototypeKeys();
    fc.assert(
      fc.property(hostileJson, fc.boolean(), (json, isTagged) => {
        const thrown = thrownBy(() => decodeValue(json, { isTagged, parts: [new Uint8Array(3)] }));
        expect(thrown === undefined || thrown instanceof MalformedMessageError).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(prototypeKeys()).toEqual(before);
  });

  it.each([
    ['a reference to what does not exist', { $: ['ref', 7] }],
    ['a reference by an inherited name', { $: ['ref', 'length'] }],
    ['a tag that is a member of every object', { $: ['constructor', 1] }],
    ['a tag without a name', { $: [1, 1] }],
    ['a tag that is no list', { $: 'date' }],
    ['bytes that are not there', { $: ['bytes', ['Uint8Array', 1]] }],
    ['bytes that do not fit', { $: ['bytes', ['Float64Array', 0]] }],
    ['bytes of an unknown type', { $: ['bytes', ['constructor', 0]] }],
    ['a bigint that is none', { $: ['bigint', '0x10; process.exit()'] }],
    ['a bigint that takes for ever', { $: ['bigint', '9'.repeat(100_001)] }],
    ['bigints that take for ever together', Array(11).fill({ $: ['bigint', '9'.repeat(100_000)] })],
    ['bytes that are copied again and again', Array(2).fill({ $: ['bytes', ['ArrayBuffer', 0]] })],
    ['a regular expression that is none', { $: ['regexp', ['(', '']] }],
    ['a stream where none can be', { $: ['stream', 1] }],
    ['a map of no pairs', { $: ['map', [1]] }],
    ['an error that is a number', { $: ['error', 1] }],
    ['a pair without a key', { $: ['object', [[1, 2]]] }],
    ['__proto__ as a pair', { $: ['object', [['__proto__', { isAdmin: true }]]] }],
    ['__proto__ as a key', JSON.parse('{"__proto__":{"isAdmin":true}}')],
  ])('refuses %s', (_name, json) => {
    expect(() => decodeValue(json, { isTagged: true, parts: [new Uint8Array(3)] })).toThrow(
      MalformedMessageError,
    );
  });

  it.each([true, false])('refuses what is nested deeper than a value may be (tagged: %s)', (isTagged) => {
    const json: unknown = JSON.parse('['.repeat(1100) + ']'.repeat(1100));
    expect(() => decodeValue(json, { isTagged, parts: [] })).toThrow(/deeper than 1000/);
  });
});

describe('the shape of a message', () => {
  it('is checked for whatever came: a message or a MalformedMessageError', () => {
    const name = fc.constantFrom(
      'result',
      'error',
      'hello',
      'ready',
      'progress',
      'host-call',
      'pull',
      'item',
      '__proto__',
    );
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.tuple(name, fc.jsonValue(), fc.jsonValue(), fc.boolean())),
        (json) => {
          const thrown = thrownBy(() => parseGuestMessage(json));
          expect(thrown === undefined || thrown instanceof MalformedMessageError).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    [['result', 1.5, null, false]],
    [['result', 1, null]],
    [['result', 1, null, false, 'more']],
    [['result', 1, null, 'false']],
    [['violation', 'toString', 'act']],
    [['constructor', 1]],
    [['call', 1, 0, [], false]],
    [{ 0: 'hello', 1: 1, length: 2 }],
    [['loaded', Array.from({ length: 10_001 }, () => 'a')]],
  ])('refuses %j', (json) => {
    expect(() => parseGuestMessage(json)).toThrow(MalformedMessageError);
  });
});

describe('what a guest says of its errors', () => {
  it('is bounded text without control characters, whatever was sent', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const { name, message } = readRemoteError(value);
        // eslint-disable-next-line no-control-regex -- these are what must not come through
        expect(`${name}${message}`).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
      }),
    );
  });

  it('is cut, with its length told', () => {
    expect(readGuestText('x'.repeat(50), 10)).toBe('xxxxxxxxxx… (50 characters)');
  });

  it('follows causes no further than ten, and members no more than fifty', () => {
    let cause: object = { message: 'innermost' };
    for (let level = 0; level < 50; level += 1) cause = { message: String(level), cause };
    let depth = 0;
    let at: { readonly cause?: unknown } | undefined = readRemoteError(cause);
    while (at !== undefined) {
      depth += 1;
      at = at.cause as { readonly cause?: unknown } | undefined;
    }
    expect(depth).toBe(11);
    const errors = Array.from({ length: 100 }, () => ({ message: 'm' }));
    expect(readRemoteError({ message: 'all', errors }).errors).toHaveLength(50);
  });
});
