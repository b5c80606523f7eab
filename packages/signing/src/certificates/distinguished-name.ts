/**
 * Names of subjects and issuers: text for people, and a key for comparison.
 *
 * Two names are the same when they are after RFC 5280 §7.1: attribute by attribute, without regard to
 * case, to runs of white space, or to the string type that carries them. Comparing bytes alone would
 * let an excluded name through in another spelling.
 *
 * @module
 */
import { DerFault } from './der-fault.ts';
import { DerTag } from './der-tag.ts';
import { expectTag, readObjectIdentifier, readSequence, toHex } from './der-values.ts';
import { ATTRIBUTE_NAMES } from './object-identifiers.ts';
import { type DerElement, contentOf, encodingOf } from './read-der.ts';

/** One attribute, such as CN=Acme. */
export interface NameAttribute {
  /** Dotted identifier. */
  readonly type: string;
  /** Text of a string value; undefined for any other type. */
  readonly text: string | undefined;
}

/** A sequence of relative names, each a set of attributes. */
export interface DistinguishedName {
  /** As in RFC 4514: the most specific part first. Empty for the empty name. */
  readonly text: string;
  readonly der: Uint8Array;
  /** One comparable string for each relative name, in the order of the encoding. */
  readonly comparable: readonly string[];
  readonly attributes: readonly NameAttribute[];
}

const COMMON_NAME = '2.5.4.3';
const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';
const MAX_ATTRIBUTES = 64;

/** ASCII words with single spaces: nothing to fold but case, nothing to escape. Nearly all names are such. */
const PLAIN = /^[\w.\-@/:]+(?: [\w.\-@/:]+)*$/u;

const decodeUtf16 = (content: Uint8Array): string => {
  const swapped = Buffer.from(content).swap16();
  return swapped.toString('utf16le');
};

const STRING_DECODERS: ReadonlyMap<number, (content: Uint8Array) => string> = new Map([
  [DerTag.UTF8_STRING, (content: Uint8Array): string => Buffer.from(content).toString('utf8')],
  [DerTag.PRINTABLE_STRING, (content: Uint8Array): string => Buffer.from(content).toString('latin1')],
  [DerTag.IA5_STRING, (content: Uint8Array): string => Buffer.from(content).toString('latin1')],
  [DerTag.BMP_STRING, decodeUtf16],
]);

/** Legacy string types whose bytes have no agreed meaning (RFC 5280 §4.1.2.4). */
const REFUSED_STRINGS: ReadonlyMap<number, string> = new Map([
  [0x14, 'TeletexString'],
  [0x1c, 'UniversalString'],
]);

interface ReadAttribute extends NameAttribute {
  readonly comparable: string;
  readonly display: string;
}

/** Reads a Name (RFC 5280 §4.1.2.4). */
export function readDistinguishedName(element: DerElement | undefined, what: string): DistinguishedName {
  const relativeNames = readSequence(element, what, { max: MAX_ATTRIBUTES }).map((set) => {
    const members = expectTag(set, DerTag.SET, `a part of ${what}`).children;
    if (members.length === 0) throw new DerFault(`a part of ${what} is empty`, set.start);
    return members.map((member) => readAttribute(member, what));
  });
  return Object.freeze({
    text: relativeNames
      .map((attributes) => attributes.map(({ display }) => display).join('+'))
      .reverse()
      .join(','),
    der: element === undefined ? new Uint8Array() : encodingOf(element),
    comparable: Object.freeze(
      relativeNames.map((attributes) =>
        attributes
          .map(({ comparable }) => comparable)
          .sort()
          .join('\u{0}'),
      ),
    ),
    attributes: Object.freeze(relativeNames.flat().map(({ type, text }) => Object.freeze({ type, text }))),
  });
}

function readAttribute(element: DerElement, what: string): ReadAttribute {
  const [typeElement, value] = readSequence(element, `an attribute of ${what}`, { min: 2, max: 2 });
  const type = readObjectIdentifier(typeElement, `an attribute type of ${what}`);
  if (value === undefined) throw new DerFault(`an attribute of ${what} has no value`, element.start);
  const refused = REFUSED_STRINGS.get(value.tag);
  if (refused !== undefined) throw new DerFault(`${what} uses the obsolete ${refused}`, value.start);
  const text = STRING_DECODERS.get(value.tag)?.(contentOf(value));
  const name = ATTRIBUTE_NAMES.get(type) ?? type;
  if (text === undefined) {
    const hex = `#${toHex(encodingOf(value))}`;
    return { type, text, comparable: `${type}=${hex}`, display: `${name}=${hex}` };
  }
  if (/\p{Cc}/u.test(text)) throw new DerFault(`${what} contains a control character`, value.start);
  return { type, text, comparable: `${type}=${fold(text)}`, display: `${name}=${escapeValue(text)}` };
}

/** RFC 4518 in short: compatibility form, lower case, single spaces. */
function fold(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').trim().replaceAll(/\s+/gu, ' ');
}

/** RFC 4514 §2.4, and invisible characters as hexadecimal pairs so that no name can reorder a line of a log. */
function escapeValue(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replaceAll(/[\\"+,;<=>]/gu, String.raw`\$&`)
    .replace(/^[ #]/u, String.raw`\$&`)
    .replace(/(?<!\\) $/u, String.raw`\ `)
    .replaceAll(/[\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
      Buffer.from(character)
        .toString('hex')
        .replaceAll(/../gu, String.raw`\$&`),
    );
}

/** The most specific common name, if there is one. */
export function commonNameOf({ attributes }: DistinguishedName): string | undefined {
  return attributes.findLast(({ type }) => type === COMMON_NAME)?.text;
}

/** One string that is equal for equal names. */
export function comparisonKey({ comparable }: DistinguishedName): string {
  return comparable.join('\u{1}');
}

/** Whether `name` is `base` or lies below it. */
export function isWithin(name: DistinguishedName, base: DistinguishedName): boolean {
  return (
    base.comparable.length <= name.comparable.length &&
    base.comparable.every((part, index) => part === name.comparable[index])
  );
}

/** Mail addresses that stand in the name itself, as older practice has it. */
export function emailAddressesOf({ attributes }: DistinguishedName): readonly string[] {
  return attributes.flatMap(({ type, text }) => (type === EMAIL_ADDRESS && text !== undefined ? [text] : []));
}
