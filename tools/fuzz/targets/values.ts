import { deepStrictEqual } from 'node:assert/strict';
import { parseJson } from '@truthound/protocols';
import { MalformedMessageError, decodeValue } from '../../../packages/sandbox/src/channel/decode-value.ts';
import { encodeValue } from '../../../packages/sandbox/src/channel/encode-value.ts';
import { guestLimits } from '../../../packages/sandbox/src/channel/message-limits.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

/** What the reader of frames lets through. */
const MAX_DEPTH = guestLimits(128).depth;

const PARTS = [new Uint8Array(16).fill(7), new Uint8Array(3), new Uint8Array(0)];

/** Its form on the wire. Compared in place of the value: `assert` never ends in an error that is its own cause. */
function toWire(value: unknown): readonly [text: string, parts: readonly Uint8Array[]] {
  const { json, isTagged, parts } = encodeValue(value, { path: 'value' });
  return [JSON.stringify([json, isTagged]), parts];
}

function fromWire([text, parts]: ReturnType<typeof toWire>): unknown {
  const [json, isTagged] = JSON.parse(text) as [unknown, boolean];
  return decodeValue(json, { isTagged, parts });
}

/** Values with tags, as `JSON.parse` answered them. */
export const valuesTarget: FuzzTarget = {
  name: 'values',
  kind: 'json',
  refusals: [MalformedMessageError, SyntaxError],
  parse: (input) =>
    decodeValue(parseJson(input.toString('utf8'), MAX_DEPTH), { isTagged: true, parts: PARTS }),
  check(value) {
    const sent = toWire(value);
    deepStrictEqual(toWire(fromWire(sent)), sent);
  },
};
