/**
 * Everything that may cross between host and guest, in one place.
 *
 * A message is a tuple whose first item names it. `Payload` stands for an encoded value: its JSON, and
 * whether that holds tags; bytes travel beside the message. The host trusts none of it:
 * {@link parseGuestMessage} checks the shape of what came before anything reads it.
 *
 * @module
 */
import type { RemoteErrorData, ViolationType } from '@truthound/protocols';
import type { GuestPlan, StepReport } from '../guest/guest-plan.ts';
import { MalformedMessageError } from './decode-value.ts';

/** First item of the guest's first message. A host and a guest of different versions do not talk. */
export const PROTOCOL_VERSION = 1;

/** What a call runs. */
export type CallTarget =
  | { readonly type: 'function'; readonly text: string }
  | { readonly type: 'module'; readonly url: string; readonly exportName: string }
  | { readonly type: 'plugin'; readonly exportName: string };

/**
 * What a call runs, as it crosses. A function's text crosses once: the guest keeps it under the id beside
 * it, and later calls give that id alone.
 */
export type SentTarget =
  | Exclude<CallTarget, { readonly type: 'function' }>
  | { readonly type: 'function'; readonly text: string; readonly functionId?: number | undefined }
  | number;

/** What the guest needs before any plugin code runs. */
export interface GuestSetup {
  readonly pluginId: string;
  readonly plan: GuestPlan;
}

/** What the guest loads once it is locked down. */
export interface PluginEntryPoint {
  readonly entryUrl: string;
  readonly rootUrl: string;
}

type StreamMessage =
  | readonly ['pull', streamId: number, count: number]
  | readonly ['cancel', streamId: number]
  | readonly ['item', streamId: number, json: unknown, isTagged: boolean]
  | readonly ['end', streamId: number]
  | readonly ['fail', streamId: number, error: RemoteErrorData];

/** From the host to the guest, about calls in either direction. */
export type CallMessage =
  | readonly ['call', callId: number, target: SentTarget, json: unknown, isTagged: boolean]
  | readonly ['abort', callId: number]
  | readonly ['host-result', callId: number, json: unknown, isTagged: boolean]
  | readonly ['host-error', callId: number, error: RemoteErrorData];

/** From the host to the guest. */
export type HostMessage =
  | readonly ['setup', setup: GuestSetup]
  | readonly ['load', entry: PluginEntryPoint]
  | CallMessage
  | StreamMessage;

/** From the guest to the host. */
export type GuestMessage =
  | readonly ['hello', protocolVersion: number]
  | readonly ['ready', steps: readonly StepReport[]]
  | readonly ['loaded', exportNames: readonly string[]]
  | readonly ['load-failed', error: RemoteErrorData]
  | readonly ['result', callId: number, json: unknown, isTagged: boolean]
  | readonly ['error', callId: number, error: RemoteErrorData]
  | readonly ['progress', callId: number, json: unknown, isTagged: boolean]
  | readonly ['host-call', callId: number, name: string, json: unknown, isTagged: boolean]
  | readonly ['violation', type: ViolationType, action: string]
  | StreamMessage;

export type AnyStreamMessage = StreamMessage;

type FieldCheck = (value: unknown) => boolean;

const isId: FieldCheck = (value) => Number.isSafeInteger(value);
const isString: FieldCheck = (value) => typeof value === 'string';
const isBoolean: FieldCheck = (value) => typeof value === 'boolean';
const isAnything: FieldCheck = () => true;
const isStrings: FieldCheck = (value) =>
  Array.isArray(value) && value.length <= 10_000 && value.every(isString);

const VIOLATION_TYPES: Readonly<Record<ViolationType, true>> = {
  module: true,
  'file-read': true,
  'file-write': true,
  network: true,
  subprocess: true,
  syscall: true,
  signal: true,
  environment: true,
  'code-generation': true,
  'host-function': true,
  protocol: true,
};
const isViolationType: FieldCheck = (value) =>
  typeof value === 'string' && Object.hasOwn(VIOLATION_TYPES, value);

/** A record, for error data and step reports: what is in it is read with {@link readRemoteError} and the like. */
const isObject: FieldCheck = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isObjects: FieldCheck = (value) =>
  Array.isArray(value) && value.length <= 1000 && value.every(isObject);

const STREAM_FIELDS = {
  pull: [isId, isId],
  cancel: [isId],
  item: [isId, isAnything, isBoolean],
  end: [isId],
  fail: [isId, isObject],
} as const;

/** The fields of each message a guest may send. */
const GUEST_FIELDS: Readonly<Record<GuestMessage[0], readonly FieldCheck[]>> = {
  hello: [isId],
  ready: [isObjects],
  loaded: [isStrings],
  'load-failed': [isObject],
  result: [isId, isAnything, isBoolean],
  error: [isId, isObject],
  progress: [isId, isAnything, isBoolean],
  'host-call': [isId, isString, isAnything, isBoolean],
  violation: [isViolationType, isString],
  ...STREAM_FIELDS,
};

/**
 * Checks the shape of what a guest sent.
 * @throws MalformedMessageError
 */
export function parseGuestMessage(json: unknown): GuestMessage {
  if (!Array.isArray(json)) throw new MalformedMessageError('a message is not a list');
  const fields = json as readonly unknown[];
  const name = fields[0];
  const checks =
    typeof name === 'string' && Object.hasOwn(GUEST_FIELDS, name)
      ? GUEST_FIELDS[name as GuestMessage[0]]
      : undefined;
  if (checks === undefined) throw new MalformedMessageError('a message has an unknown name');
  let isSound = fields.length === checks.length + 1;
  for (let index = 0; isSound && index < checks.length; index += 1)
    isSound = checks[index]?.(fields[index + 1]) ?? false;
  if (!isSound) throw new MalformedMessageError(`a "${String(name)}" message is malformed`);
  return json as unknown as GuestMessage;
}

/** Longest texts that are taken over from a guest's error: it may try to fill the host's logs. */
const MAX_ERROR_TEXT = 10_000;
const MAX_ERROR_MEMBERS = 50;

/** Text of a guest, cut, with control characters but tab and newline escaped: it may end on a terminal. */
export function readGuestText(value: unknown, maxLength: number = MAX_ERROR_TEXT): string {
  if (typeof value !== 'string') return '';
  const cut =
    value.length > maxLength ? `${value.slice(0, maxLength)}… (${String(value.length)} characters)` : value;
  // eslint-disable-next-line no-control-regex -- these are what must not reach a terminal
  return cut.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Copies error data out of a guest's message: bounded, only the known fields, only their right types. */
export function readRemoteError(value: unknown, depth = 0): RemoteErrorData {
  const facts: Readonly<Record<string, unknown>> = isObject(value) ? (value as Record<string, unknown>) : {};
  const code = facts['code'];
  const members = Array.isArray(facts['errors'])
    ? (facts['errors'] as unknown[]).slice(0, MAX_ERROR_MEMBERS)
    : undefined;
  const hasCause = isObject(facts['cause']) && depth < 10;
  return {
    name: readGuestText(facts['name'], 200) || 'Error',
    message: readGuestText(facts['message']),
    ...(facts['stack'] === undefined ? {} : { stack: readGuestText(facts['stack']) }),
    ...(typeof code === 'number'
      ? { code }
      : typeof code === 'string'
        ? { code: readGuestText(code, 200) }
        : {}),
    ...(hasCause ? { cause: readRemoteError(facts['cause'], depth + 1) } : {}),
    ...(members !== undefined && depth < 3
      ? { errors: members.map((each) => readRemoteError(each, depth + 1)) }
      : {}),
  };
}
