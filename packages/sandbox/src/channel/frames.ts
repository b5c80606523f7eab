/**
 * How messages lie on the wire.
 *
 * A message without bytes is one line of JSON: it starts with `[` and ends with a newline, which JSON
 * text never contains. A message with bytes is a binary frame: the byte 1, the length of the head, the
 * length of the body (both unsigned 32 bit, little endian), the head (JSON: the message and the length
 * of each part) and the body. Both are cheap to write and to find the end of; lengths are checked
 * before anything is kept.
 *
 * @module
 */
import { MalformedMessageError } from './decode-value.ts';
import { FULL_LIMITS, type MessageLimits, MessageSizeError, assertTextFits } from './message-limits.ts';
import {
  append,
  arrayPrototype,
  define,
  isArray,
  jsonParse,
  jsonStringify,
  numberIsInteger,
  objectKeys,
} from './primordials.ts';

/** A message and the bytes beside it. */
export interface Frame {
  readonly message: unknown;
  readonly parts: readonly Uint8Array[];
  /** What it took on the wire. */
  readonly bytes: number;
}

const BINARY = 1;
const LINE_START = 0x5b;
const NEWLINE = 0x0a;
const HEAD_BYTES = 9;
const NO_PARTS: readonly Uint8Array[] = [];

/** The text of a message without bytes. */
export function toLine(message: unknown): string {
  return `${stringify(message)}\n`;
}

/** As JSON, whatever somebody has put on `Object.prototype` for `JSON.stringify` to call. */
function stringify(message: unknown): string {
  return jsonStringify('toJSON' in arrayPrototype ? withoutToJson(message) : message);
}

/** The same data in objects that inherit nothing. */
function withoutToJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) {
    const items: unknown[] = [];
    for (let index = 0; index < value.length; index += 1) append(items, withoutToJson(value[index]));
    return define(items, 'toJSON', undefined);
  }
  const result = { __proto__: null } as unknown as Record<string, unknown>;
  const keys = objectKeys(value);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    result[key] = withoutToJson((value as Readonly<Record<string, unknown>>)[key]);
  }
  return result;
}

/** The start of a message with bytes; the parts follow it unchanged. */
export function toBinaryHead(message: unknown, parts: readonly Uint8Array[]): Uint8Array {
  const lengths: number[] = [];
  let bodyLength = 0;
  for (let index = 0; index < parts.length; index += 1) {
    const length = parts[index]?.byteLength ?? 0;
    append(lengths, length);
    bodyLength += length;
  }
  const head = Buffer.from(stringify([message, lengths]), 'utf8');
  const frame = Buffer.allocUnsafe(HEAD_BYTES + head.byteLength);
  frame[0] = BINARY;
  frame.writeUInt32LE(head.byteLength, 1);
  frame.writeUInt32LE(bodyLength, 5);
  frame.set(head, HEAD_BYTES);
  return frame;
}

function parseJson(text: string): unknown {
  try {
    return jsonParse(text);
  } catch (cause) {
    throw new MalformedMessageError('a message is not JSON', { cause });
  }
}

/** What comes in pieces smaller than this is gathered: each piece costs more than its bytes. */
const SMALL_PIECE_BYTES = 4096;
const GATHERED_BYTES = 64 * 1024;

/** Cuts a stream of bytes into frames. Keeps at most one incomplete frame, and never more of it than the limits allow. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #limits: MessageLimits;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that the incomplete frame needs before it is worth looking again; 0 for a line, whose end is searched. */
  #needed = 0;

  /** The last chunk, where it is one that pieces are gathered in, and how much of it is in use. */
  #gathered: Buffer | undefined;
  #gatheredBytes = 0;

  constructor(onFrame: (frame: Frame) => void, limits: MessageLimits = FULL_LIMITS) {
    this.#onFrame = onFrame;
    this.#limits = limits;
  }

  /**
   * Takes what arrived and hands out each frame that it completes.
   * @throws MalformedMessageError; the connection is then of no more use.
   */
  push(chunk: Buffer): void {
    if (this.#size === 0) {
      this.#consume(chunk);
      return;
    }
    this.#add(chunk);
    this.#size += chunk.byteLength;
    const isLineIncomplete = this.#needed === 0 && !chunk.includes(NEWLINE);
    this.#assertFits();
    if (isLineIncomplete || this.#size < this.#needed) return;
    const all = Buffer.concat(this.#chunks, this.#size);
    this.#forget();
    this.#consume(all);
  }

  /** Bytes that the incomplete frame still needs; 0 where that is not known. */
  get missing(): number {
    return this.#size === 0 || this.#needed <= HEAD_BYTES ? 0 : this.#needed - this.#size;
  }

  /** Moves the incomplete frame into a buffer of its full length, and forgets it here. */
  takeIncomplete(): { readonly frame: Buffer; readonly filled: number } {
    const frame = Buffer.allocUnsafeSlow(this.#needed);
    let filled = 0;
    for (let index = 0; index < this.#chunks.length; index += 1) {
      const chunk = this.#chunks[index];
      if (chunk === undefined) continue;
      frame.set(chunk, filled);
      filled += chunk.byteLength;
    }
    this.#forget();
    return { frame, filled };
  }

  #add(chunk: Buffer): void {
    if (chunk.byteLength >= SMALL_PIECE_BYTES) {
      this.#gathered = undefined;
      this.#chunks.push(chunk);
      return;
    }
    if (this.#gathered === undefined || this.#gatheredBytes + chunk.byteLength > GATHERED_BYTES) {
      this.#gathered = Buffer.allocUnsafeSlow(GATHERED_BYTES);
      this.#gatheredBytes = 0;
      this.#chunks.push(this.#gathered);
    }
    this.#gathered.set(chunk, this.#gatheredBytes);
    this.#gatheredBytes += chunk.byteLength;
    this.#chunks[this.#chunks.length - 1] = this.#gathered.subarray(0, this.#gatheredBytes);
  }

  #forget(): void {
    this.#chunks = [];
    this.#gathered = undefined;
    this.#size = 0;
  }

  /** A line is text as a whole; of other frames, the lengths were checked. */
  #assertFits(): void {
    const { bytes, textBytes } = this.#limits;
    if (this.#needed === 0 && this.#size > textBytes + HEAD_BYTES)
      throw new MessageSizeError(textBytes, 'bytes of JSON');
    if (this.#size > bytes + HEAD_BYTES) throw new MessageSizeError(bytes);
  }

  #consume(bytes: Buffer): void {
    let offset = 0;
    while (offset < bytes.byteLength) {
      const next =
        bytes[offset] === LINE_START ? this.#readLine(bytes, offset) : this.#readBinary(bytes, offset);
      if (next === undefined) {
        this.#keep(bytes.subarray(offset));
        return;
      }
      offset = next;
    }
  }

  #keep(rest: Buffer): void {
    this.#chunks = [rest];
    this.#gathered = undefined;
    this.#size = rest.byteLength;
    this.#assertFits();
  }

  /** Answers where the next frame starts; `undefined` when this one is incomplete. */
  #readLine(bytes: Buffer, offset: number): number | undefined {
    this.#needed = 0;
    const end = bytes.indexOf(NEWLINE, offset);
    if (end === -1) return undefined;
    assertTextFits(bytes, offset, end, this.#limits);
    this.#onFrame({
      message: parseJson(bytes.toString('utf8', offset, end)),
      parts: NO_PARTS,
      bytes: end - offset,
    });
    return end + 1;
  }

  #readBinary(bytes: Buffer, offset: number): number | undefined {
    if (bytes[offset] !== BINARY) throw new MalformedMessageError('bytes came that are no message');
    this.#needed = HEAD_BYTES;
    if (bytes.byteLength - offset < HEAD_BYTES) return undefined;
    const headLength = bytes.readUInt32LE(offset + 1);
    const bodyLength = bytes.readUInt32LE(offset + 5);
    if (headLength > this.#limits.textBytes)
      throw new MessageSizeError(this.#limits.textBytes, 'bytes of JSON');
    if (headLength + bodyLength > this.#limits.bytes) throw new MessageSizeError(this.#limits.bytes);
    this.#needed = HEAD_BYTES + headLength + bodyLength;
    if (bytes.byteLength - offset < this.#needed) return undefined;
    const bodyStart = offset + HEAD_BYTES + headLength;
    assertTextFits(bytes, offset + HEAD_BYTES, bodyStart, this.#limits);
    const head = parseJson(bytes.toString('utf8', offset + HEAD_BYTES, bodyStart));
    const body = bytes.subarray(bodyStart, bodyStart + bodyLength);
    this.#onFrame({ ...splitBody(head, body), bytes: this.#needed });
    return bodyStart + bodyLength;
  }
}

/** Most pieces of bytes in one message: even an empty one becomes an object. */
const MAX_PARTS = 100_000;

function splitBody(head: unknown, body: Buffer): Omit<Frame, 'bytes'> {
  if (!isArray(head) || !isArray(head[1])) throw new MalformedMessageError('a binary message is malformed');
  if (head[1].length > MAX_PARTS) throw new MessageSizeError(MAX_PARTS, 'pieces of bytes');
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let index = 0; index < head[1].length; index += 1) {
    const length: unknown = head[1][index];
    if (
      typeof length !== 'number' ||
      !numberIsInteger(length) ||
      length < 0 ||
      start + length > body.byteLength
    ) {
      throw new MalformedMessageError('a part is longer than its message');
    }
    append(parts, new Uint8Array(body.buffer, body.byteOffset + start, length));
    start += length;
  }
  if (start !== body.byteLength) throw new MalformedMessageError('bytes are left over');
  return { message: head[0], parts };
}
