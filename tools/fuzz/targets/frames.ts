import { deepStrictEqual } from 'node:assert/strict';
import { MalformedMessageError } from '../../../packages/sandbox/src/channel/decode-value.ts';
import { type Frame, FrameReader } from '../../../packages/sandbox/src/channel/frames.ts';
import { guestLimits } from '../../../packages/sandbox/src/channel/message-limits.ts';
import { MAX_VALUE_DEPTH } from '../../../packages/sandbox/src/channel/plain-json.ts';
import { isWithinJsonDepth } from '../../../packages/signing/src/canonical-json.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

const LIMITS = guestLimits(128);

/** The frames in pieces of so many bytes, and how reading ended. */
function readInPieces(input: Buffer, pieceBytes: number): readonly [readonly Frame[], string] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame), LIMITS);
  try {
    for (let at = 0; at < input.length; at += pieceBytes) {
      reader.push(input.subarray(at, at + pieceBytes));
      if (reader.missing > LIMITS.bytes) throw new Error(`it waits for ${reader.missing} bytes`);
    }
    return [frames, 'read'];
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    return [frames, error.name];
  }
}

/** What a guest sends, before anything is known of it. */
export const framesTarget: FuzzTarget<readonly Frame[]> = {
  name: 'frames',
  kind: 'json',
  refusals: [MalformedMessageError],
  parse(input) {
    const frames: Frame[] = [];
    new FrameReader((frame) => frames.push(frame), LIMITS).push(input);
    return frames;
  },
  check(frames, input) {
    // Compared by walking, which what is nested without end would overflow. Its depth is judged by who reads the messages.
    if (!frames.every(({ message }) => isWithinJsonDepth(message, MAX_VALUE_DEPTH))) return;
    for (const pieceBytes of [1 + (input.length % 7), 1_000])
      deepStrictEqual(readInPieces(input, pieceBytes), [frames, 'read']);
  },
};
