import { deepStrictEqual, ok } from 'node:assert/strict';
import { parseJson } from '@truthound/protocols';
import { MalformedMessageError, decodeValue } from '../../../packages/sandbox/src/channel/decode-value.ts';
import {
  type GuestMessage,
  parseGuestMessage,
  readRemoteError,
} from '../../../packages/sandbox/src/channel/messages.ts';
import { guestLimits } from '../../../packages/sandbox/src/channel/message-limits.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

/** What the reader of frames lets through. */
const MAX_DEPTH = guestLimits(128).depth;

/** Where a message carries a value, its encoded form and whether that is tagged. */
const VALUE_AT: Partial<Record<GuestMessage[0], number>> = {
  result: 2,
  progress: 2,
  item: 2,
  'host-call': 3,
};
const ERROR_AT: Partial<Record<GuestMessage[0], number>> = { 'load-failed': 1, error: 2, fail: 2 };
const MAX_ERROR_CHARACTERS = 5_000_000;

/** The messages of a guest. */
export const guestMessagesTarget: FuzzTarget<GuestMessage> = {
  name: 'guest-messages',
  kind: 'json',
  refusals: [MalformedMessageError, SyntaxError],
  parse: (input) => parseGuestMessage(parseJson(input.toString('utf8'), MAX_DEPTH)),
  check(message) {
    const fields: readonly unknown[] = message;
    const [valueAt, errorAt] = [VALUE_AT[message[0]], ERROR_AT[message[0]]];
    if (errorAt !== undefined) {
      const error = readRemoteError(fields[errorAt]);
      const text = JSON.stringify(error);
      ok(text.length < MAX_ERROR_CHARACTERS, `an error of ${text.length} characters is taken over`);
      deepStrictEqual(readRemoteError(error).name.length <= 300, true);
    }
    if (valueAt === undefined) return;
    try {
      decodeValue(fields[valueAt], { isTagged: fields[valueAt + 1] === true, parts: [] });
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
    }
  },
};
