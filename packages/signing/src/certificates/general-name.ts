import { DerFault } from './der-fault.ts';
import { contextTag, describeTag } from './der-tag.ts';
import { toHex } from './der-values.ts';
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.ts';
import { type DerElement, contentOf } from './read-der.ts';

/** The forms that name constraints can be applied to; `other` is any further form of RFC 5280 §4.2.1.6. */
export type GeneralNameType = 'email' | 'dns' | 'uri' | 'ip' | 'directoryName' | 'other';

/** One name of a subject beside its distinguished name, or the base of a name constraint. */
export interface GeneralName {
  readonly type: GeneralNameType;
  /** Text of the name; addresses as hexadecimal octets, other forms as their encoding in hexadecimal. */
  readonly value: string;
  /** For `directoryName` only. */
  readonly directoryName?: DistinguishedName;
}

/** Whether a name stands for itself or bounds others. Bounds may be partial. */
export type GeneralNameRole = 'name' | 'constraint';

type TextCheck = (text: string, role: GeneralNameRole) => boolean;

const LABEL = /^\w(?:[\w-]{0,61}\w)?$/u;
const LOCAL_PART = /^[\w!#$%&'*+\-./=?^`{|}~]{1,64}$/u;
const URI = /^[a-z][a-z0-9+\-.]*:[\x21-\x7E]+$/iu;

/** Preferred name syntax of RFC 1034 §3.5, with the underscore that practice allows. */
function isHostName(text: string): boolean {
  return text.length > 0 && text.length <= 253 && text.split('.').every((label) => LABEL.test(label));
}

/** Whether every name of this form is meant, or one host, or the hosts below a leading dot. */
function isHostConstraint(text: string): boolean {
  return text === '' || isHostName(text.startsWith('.') ? text.slice(1) : text);
}

function isMailbox(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at > 0 && LOCAL_PART.test(text.slice(0, at)) && isHostName(text.slice(at + 1));
}

const CHECKS: Readonly<Record<'email' | 'dns' | 'uri', TextCheck>> = {
  email: (text, role) => isMailbox(text) || (role === 'constraint' && isHostConstraint(text)),
  dns: (text, role) =>
    role === 'constraint' ? isHostConstraint(text) : isHostName(text.startsWith('*.') ? text.slice(2) : text),
  uri: (text, role) => (role === 'constraint' ? isHostConstraint(text) : URI.test(text)),
};

/** Whether `text` has the syntax of a name, or of a constraint, of this form. */
export function isGeneralNameText(
  type: 'email' | 'dns' | 'uri',
  text: string,
  role: GeneralNameRole,
): boolean {
  return CHECKS[type](text, role);
}

const TEXT_TAGS: ReadonlyMap<number, 'email' | 'dns' | 'uri'> = new Map([
  [contextTag(1, false), 'email'],
  [contextTag(2, false), 'dns'],
  [contextTag(6, false), 'uri'],
]);

const DIRECTORY_NAME = contextTag(4, true);
const IP_ADDRESS = contextTag(7, false);
const OTHER_TAGS: ReadonlySet<number> = new Set([
  contextTag(0, true),
  contextTag(3, true),
  contextTag(5, true),
  contextTag(8, false),
]);

/** An address has 4 or 16 octets; as a constraint each is followed by a mask of leading ones (RFC 5280 §4.2.1.10). */
function isAddress(octets: Uint8Array, role: GeneralNameRole): boolean {
  if (role === 'name') return octets.length === 4 || octets.length === 16;
  if (octets.length !== 8 && octets.length !== 32) return false;
  const mask = octets.subarray(octets.length / 2);
  const bits = Array.from(mask, (octet) => octet.toString(2).padStart(8, '0')).join('');
  return !bits.includes('01');
}

/** Reads a GeneralName and checks its syntax: a name that cannot be read cannot be constrained. */
export function readGeneralName(element: DerElement, role: GeneralNameRole): GeneralName {
  const content = contentOf(element);
  const textType = TEXT_TAGS.get(element.tag);
  if (textType !== undefined) {
    const text = Buffer.from(content).toString('latin1');
    if (!CHECKS[textType](text, role)) {
      throw new DerFault(`${JSON.stringify(text.slice(0, 64))} is not a ${textType} ${role}`, element.start);
    }
    return Object.freeze({ type: textType, value: text });
  }
  if (element.tag === IP_ADDRESS) {
    if (!isAddress(content, role))
      throw new DerFault(`${toHex(content)} is not an ip ${role}`, element.start);
    return Object.freeze({ type: 'ip', value: toHex(content) });
  }
  if (element.tag === DIRECTORY_NAME) {
    if (element.children.length !== 1) throw new DerFault('a directory name is malformed', element.start);
    const directoryName = readDistinguishedName(element.children[0], 'a directory name');
    return Object.freeze({ type: 'directoryName', value: directoryName.text, directoryName });
  }
  if (!OTHER_TAGS.has(element.tag)) {
    throw new DerFault(`${describeTag(element.tag)} is not a form of name`, element.start);
  }
  return Object.freeze({ type: 'other', value: toHex(element.source.subarray(element.start, element.end)) });
}
