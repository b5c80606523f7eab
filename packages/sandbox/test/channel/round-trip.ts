import { Buffer } from 'node:buffer';
import { decodeValue } from '../../src/channel/decode-value.ts';
import { encodeValue } from '../../src/channel/encode-value.ts';
import { type Frame, FrameReader, toBinaryHead, toLine } from '../../src/channel/frames.ts';

/** The bytes of one message, as a connection writes them. */
export function toBytes(message: unknown, parts: readonly Uint8Array[] = []): Buffer {
  if (parts.length === 0) return Buffer.from(toLine(message));
  return Buffer.concat([toBinaryHead(message, parts), ...parts]);
}

/** All frames of some bytes. */
export function readFrames(...chunks: readonly Buffer[]): readonly Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

/** A value after its trip over the wire: text, bytes and all. */
export function roundTrip(value: unknown): unknown {
  const { json, isTagged, parts } = encodeValue(value, { path: 'value' });
  const [frame] = readFrames(toBytes([json, isTagged], parts));
  const [received, isReceivedTagged] = frame?.message as [unknown, boolean];
  return decodeValue(received, { isTagged: isReceivedTagged, parts: frame?.parts ?? [] });
}
