import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedMessageError } from '../../src/channel/decode-value.ts';
import { DirectReader } from '../../src/channel/direct-reader.ts';
import { encodeValue } from '../../src/channel/encode-value.ts';
import { type Frame, FrameReader, toLine } from '../../src/channel/frames.ts';
import { type MessageLimits, MessageSizeError, guestLimits } from '../../src/channel/message-limits.ts';
import { MAX_VALUE_DEPTH } from '../../src/channel/plain-json.ts';
import { thrownBy } from '../support/thrown-by.ts';
import { readFrames, toBytes } from './round-trip.ts';

const message = fc.record({
  message: fc
    .array(fc.jsonValue(), { minLength: 1, maxLength: 3 })
    .map((value): unknown => JSON.parse(JSON.stringify(value))),
  parts: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 }),
});

/** Cuts bytes at random places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return at
    .slice(1)
    .map((end, index) => bytes.subarray(at[index], end))
    .filter(({ length }) => length > 0);
}

/** The type that takes most levels of JSON for each of its own. */
function deepMap(depth: number): unknown {
  return depth === 0 ? undefined : new Map([['key', deepMap(depth - 1)]]);
}

function plain({ message: content, parts }: Frame): unknown {
  return { message: content, parts: parts.map((part) => Buffer.from(part)) };
}

/** A head that says how much is to come. */
function head(headLength: number, bodyLength: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = 1;
  bytes.writeUInt32LE(headLength, 1);
  bytes.writeUInt32LE(bodyLength, 5);
  return bytes;
}

const SMALL: MessageLimits = { bytes: 1000, textBytes: 600, values: 50_000, depth: Infinity };

/** A binary frame of a head given as text. */
function frame(text: string, body: Uint8Array): Buffer {
  return Buffer.concat([head(text.length, body.length), Buffer.from(text), body]);
}

describe('frames', () => {
  it('come out whole, however the bytes were cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (messages, places) => {
          const bytes = Buffer.concat(messages.map((each) => toBytes(each.message, each.parts)));
          const expected = messages.map((each) => ({
            message: each.message,
            parts: each.parts.map((part) => Buffer.from(part)),
          }));
          expect(readFrames(...cut(bytes, places)).map(plain)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('come out of a reader that reads into its own memory as well', () => {
    const parts = [new Uint8Array(200_000).fill(7), new Uint8Array(3).fill(1)];
    const bytes = Buffer.concat([toBytes(['a']), toBytes(['b'], parts), toBytes(['c'])]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 9 }), (sizes) => {
        const frames: Frame[] = [];
        const reader = new FrameReader((each) => frames.push(each));
        const direct = new DirectReader();
        direct.attach(reader, (chunk) => {
          reader.push(chunk);
        });
        for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
          const buffer = direct.nextBuffer();
          const size = Math.min(sizes[turn % sizes.length] ?? 1, buffer.length, bytes.length - offset);
          buffer.set(bytes.subarray(offset, offset + size));
          direct.received(size);
          offset += size;
        }
        expect(frames.map((each) => each.message)).toEqual([['a'], ['b'], ['c']]);
        expect(frames[1]?.parts.map((part) => [part.length, part.at(-1)])).toEqual([
          [200_000, 7],
          [3, 1],
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it('are whole or refused: random bytes end in a MalformedMessageError, if in anything', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (chunks) => {
        const thrown = thrownBy(() => readFrames(...chunks.map((chunk) => Buffer.from(chunk))));
        expect(thrown === undefined || thrown instanceof MalformedMessageError).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a line that is no JSON', Buffer.from('[nonsense\n')],
    ['a first byte that starts nothing', Buffer.from('{"cmd":"NODE_HANDLE_ACK"}\n')],
    ['a head that is no JSON', frame('nope', new Uint8Array(1))],
    ['a head that is no list', frame('{}', new Uint8Array(1))],
    ['a head without lengths', frame('[[],5]', new Uint8Array(1))],
    ['a part longer than the body', frame('[[],[2]]', new Uint8Array(1))],
    ['a part of negative length', frame('[[],[-1]]', new Uint8Array(1))],
    ['a part of half a byte', frame('[[],[0.5]]', new Uint8Array(1))],
    ['bytes that belong to no part', frame('[[],[1]]', new Uint8Array(2))],
  ])('are refused: %s', (_name, bytes) => {
    expect(() => readFrames(bytes)).toThrow(MalformedMessageError);
  });

  it('refuses text that is nested deeper than any value before it is parsed, also where it is not JSON', () => {
    const reader = new FrameReader(() => undefined, guestLimits(512));
    const deep = Buffer.from(`${'[1,'.repeat(20_000)}1 x\n`);
    for (let round = 0; round < 100; round += 1)
      expect(() => reader.push(deep)).toThrow(/nested deeper than \d+ levels/);
    const { json, isTagged } = encodeValue(deepMap(MAX_VALUE_DEPTH - 1), { path: 'value' });
    const frames: Frame[] = [];
    new FrameReader((frame) => frames.push(frame), guestLimits(512)).push(
      Buffer.from(toLine(['result', 1, json, isTagged])),
    );
    expect(frames).toHaveLength(1);
  });

  it('are refused by their head alone when they are too large', () => {
    const reader = new FrameReader(() => undefined, SMALL);
    expect(() => {
      reader.push(head(500, 501));
    }).toThrow('larger than 1000 bytes');
    expect(() => {
      reader.push(head(601, 1));
    }).toThrow('larger than 600 bytes of JSON');
  });

  it.each([
    ['one piece', 1],
    ['many pieces', 40],
  ])('are refused when a line never ends, in %s', (_name, pieces) => {
    const reader = new FrameReader(() => undefined, SMALL);
    const piece = Buffer.from('['.repeat(Math.ceil(1100 / pieces)));
    expect(() => {
      for (let index = 0; index < pieces; index += 1) reader.push(piece);
    }).toThrow('larger than 600 bytes of JSON');
  });

  it.each([
    ['objects', '{},'],
    ['lists', '[],'],
    ['numbers', '0,'],
    ['strings', '"",'],
    ['keys', '{"a":{"b":0}},'],
  ])('are refused unparsed when their text holds too many %s', (_name, item) => {
    const limits = { ...guestLimits(512), values: 50_000 };
    const frames: Frame[] = [];
    const reader = new FrameReader((each) => frames.push(each), limits);
    const line = (count: number): Buffer => Buffer.from(`["x",[${item.repeat(count)}0]]\n`);
    reader.push(line(10_000));
    expect(() => {
      reader.push(line(200_000));
    }).toThrow(MessageSizeError);
    expect(frames).toHaveLength(1);
  });

  it('may hold strings full of what counts outside of them', () => {
    const text = '{},[]\\"'.repeat(300_000);
    const limits = { ...guestLimits(512), values: 10 };
    const frames: Frame[] = [];
    new FrameReader((each) => frames.push(each), limits).push(
      Buffer.from(`${JSON.stringify(['x', text])}\n`),
    );
    expect(frames[0]?.message).toEqual(['x', text]);
  });

  it('keep no more of a message that drips in than its bytes', () => {
    const reader = new FrameReader(() => undefined);
    reader.push(head(1000, 5_000_000));
    const before = process.memoryUsage();
    for (let index = 0; index < 1_000_000; index += 1) reader.push(Buffer.from([0x20]));
    const after = process.memoryUsage();
    expect(after.external + after.heapUsed - before.external - before.heapUsed).toBeLessThan(60e6);
  });

  it('may not have more pieces of bytes than anybody needs', () => {
    const lengths = `[[],[${'0,'.repeat(100_000)}0]]`;
    expect(() => readFrames(frame(lengths, new Uint8Array(0)))).toThrow('100000 pieces of bytes');
  });
});
