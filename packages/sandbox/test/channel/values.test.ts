import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeValue } from '../../src/channel/decode-value.ts';
import { encodeValue } from '../../src/channel/encode-value.ts';
import { thrownBy } from '../support/thrown-by.ts';
import { roundTrip } from './round-trip.ts';
import { structuredValue } from './structured-values.ts';

interface Node {
  self?: Node;
  readonly children: Node[];
}

describe('a value that crosses', () => {
  it('is the same on the other side, whatever its types', () => {
    fc.assert(
      fc.property(structuredValue, (value) => {
        // An object may have a key "constructor", which toStrictEqual would take for its class.
        expect(isDeepStrictEqual(roundTrip(value), structuredClone(value))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps cycles', () => {
    const node: Node = { children: [] };
    node.self = node;
    node.children.push(node);
    const crossed = roundTrip(node) as Node;
    expect(crossed).not.toBe(node);
    expect(crossed.self).toBe(crossed);
    expect(crossed.children[0]).toBe(crossed);
  });

  it('keeps shared objects shared, of every type', () => {
    const shared = [{}, [], new Date(0), new Map(), new Set(), /x/, new Uint8Array(2), new Error('e')];
    for (const each of shared) {
      const [first, second, third] = roundTrip([each, { nested: each }, new Map([[each, 1]])]) as [
        unknown,
        { readonly nested: unknown },
        Map<unknown, number>,
      ];
      expect(second.nested).toBe(first);
      expect([...third.keys()][0]).toBe(first);
    }
  });

  it('keeps cycles through Maps, Sets and the causes of errors', () => {
    const map = new Map<string, unknown>();
    map.set('me', new Set([map]));
    const error = new Error('outer', { cause: map });
    map.set('error', error);
    const crossed = roundTrip(map) as Map<string, unknown>;
    expect([...(crossed.get('me') as Set<unknown>)][0]).toBe(crossed);
    expect((crossed.get('error') as Error).cause).toBe(crossed);
  });

  it('keeps what an error says, and nothing that runs', () => {
    class LimitError extends RangeError {
      readonly code = 'E_LIMIT';
      override readonly name = 'LimitError';
      readonly run = (): number => 1;
    }
    const crossed = roundTrip(new LimitError('too much', { cause: { rows: 3 } })) as LimitError;
    expect(crossed).toBeInstanceOf(Error);
    expect(crossed).toMatchObject({
      name: 'LimitError',
      message: 'too much',
      code: 'E_LIMIT',
      cause: { rows: 3 },
    });
    expect(crossed.run).toBeUndefined();
  });

  it('carries 10,000 shared objects', () => {
    const shared = { id: 1 };
    const crossed = roundTrip(Array.from({ length: 10_000 }, () => shared)) as object[];
    expect(new Set(crossed).size).toBe(1);
  });
});

/** Bytes whose memory belongs to somebody else by now. */
function transferredAway(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

describe('what cannot cross is a TypeError that names its path', () => {
  const cases: readonly (readonly [path: string, value: unknown])[] = [
    ['value', () => 1],
    ['value.rows[3].fn', { rows: [0, 0, 0, { fn: () => 1 }] }],
    ['value["odd key"]', { 'odd key': Symbol('s') }],
    ['value.get("a")', new Map([['a', () => 1]])],
    ['value.get(0) key', new Map([[() => 1, 'a']])],
    ['value item 1', new Set([1, () => 1])],
    ['value.cause', new Error('e', { cause: () => 1 })],
    ['value.errors[0]', new AggregateError([() => 1])],
    ['value.later', { later: Promise.resolve() }],
    ['value.weak', { weak: new WeakMap() }],
    ['value.shared', { shared: new SharedArrayBuffer(1) }],
    ['value.gone', { gone: transferredAway(new Uint8Array(8)) }],
    ['value.gone', { gone: transferredAway(new Uint8Array(8)).buffer }],
    ['value.stream', { stream: new ReadableStream() }],
    ['value.__proto__', JSON.parse('{"__proto__":1}')],
  ];
  it.each(cases)('%s', (path, value) => {
    const thrown = thrownBy(() => encodeValue(value, { path: 'value' }));
    expect(thrown).toBeInstanceOf(TypeError);
    expect((thrown as TypeError).message.startsWith(`${path}: `)).toBe(true);
  });

  it('names a path that is too deep, in place of overflowing the stack', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    expect(() => encodeValue(deep, { path: 'value' })).toThrow(/deeper than 1000 levels/);
  });
});

describe('prototypes that somebody has patched', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'toJSON');
    Reflect.deleteProperty(Object.prototype, 'colour');
    Reflect.deleteProperty(Array.prototype, 'toJSON');
    Reflect.deleteProperty(Array.prototype, '0');
  });

  const value = { colour: 'red', list: ['a', new Date(0), undefined], map: new Map([[1, [2]]]) };

  it.each([
    ['toJSON of objects', Object.prototype, 'toJSON', { value: (): string => 'stolen', configurable: true }],
    ['toJSON of arrays', Array.prototype, 'toJSON', { value: (): string => 'stolen', configurable: true }],
    [
      'a setter under a name that values use',
      Object.prototype,
      'colour',
      { set: (): void => undefined, configurable: true },
    ],
    ['a setter for the first item', Array.prototype, '0', { set: (): void => undefined, configurable: true }],
  ] as const)('do not change what crosses: %s', (_name, prototype, key, patch) => {
    const expected = structuredClone(value);

    Object.defineProperty(prototype, key, patch);
    const { json, isTagged, parts } = encodeValue(value, { path: 'value' });
    const text = JSON.stringify(json);
    const crossed = decodeValue(JSON.parse(text), { isTagged, parts });
    Reflect.deleteProperty(prototype, key);
    expect(crossed).toStrictEqual(expected);
  });
});
