import { deepStrictEqual } from 'node:assert/strict';
import { parseJson } from '@truthound/protocols';
import { decodeValue, MalformedMessageError } from '../../../packages/sandbox/src/channel/decode-value.ts';
import { isPlainJson } from '../../../packages/sandbox/src/channel/plain-json.ts';
import { guestLimits } from '../../../packages/sandbox/src/channel/message-limits.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

/** What the reader of frames lets through. */
const MAX_DEPTH = guestLimits(128).depth;

/** Values that are sent without tags: whatever is taken for plain comes out of JSON as it went in. */
export const plainJsonTarget: FuzzTarget<{ readonly value: unknown; readonly isPlain: boolean }> = {
  name: 'plain-json',
  kind: 'json',
  refusals: [SyntaxError, MalformedMessageError],
  parse(input) {
    const value: unknown = parseJson(input.toString('utf8'), MAX_DEPTH);
    return { value, isPlain: isPlainJson(value) };
  },
  check({ value, isPlain }) {
    if (!isPlain) return;
    const read: unknown = JSON.parse(JSON.stringify(value));
    deepStrictEqual(read, value);
    deepStrictEqual(decodeValue(read, { isTagged: false, parts: [] }), value);
  },
};
