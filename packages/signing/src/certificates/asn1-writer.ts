/**
 * A thin layer over node-forge's ASN.1 writer: one function for each type that certificates need.
 *
 * node-forge only arranges bytes here. Keys, hashes and signatures are node:crypto's, and whatever is
 * written is read back by this package's own reader before it is handed out.
 *
 * @module
 */
import { octetAt } from '../octet-at.ts';
import forge from 'node-forge';

/** A value not yet encoded. */
export type Asn1 = forge.asn1.Asn1;

const { asn1 } = forge;
const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class;
const { Type } = asn1;

const binary = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');

const primitive = (type: forge.asn1.Type, content: string): Asn1 =>
  asn1.create(UNIVERSAL, type, false, content);

/** Encodes a value. */
export function encode(value: Asn1): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), 'latin1');
}

export function sequence(...members: readonly Asn1[]): Asn1 {
  return asn1.create(UNIVERSAL, Type.SEQUENCE, true, [...members]);
}

/** A SET OF with its members in the order that DER demands. */
export function setOf(...members: readonly Asn1[]): Asn1 {
  const sorted = [...members].sort((left, right) => Buffer.compare(encode(left), encode(right)));
  return asn1.create(UNIVERSAL, Type.SET, true, sorted);
}

/** An INTEGER of the magnitude that `octets` hold, big-endian; never negative. */
export function unsignedInteger(octets: Uint8Array): Asn1 {
  const first = octets.findIndex((octet) => octet !== 0);
  const magnitude = first === -1 ? Buffer.of(0) : Buffer.from(octets.subarray(first));
  const padded = octetAt(magnitude, 0) >= 0x80 ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude;
  return primitive(Type.INTEGER, binary(padded));
}

export function smallInteger(value: number): Asn1 {
  const hex = value.toString(16);
  return unsignedInteger(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'));
}

/** An ENUMERATED below 128. */
export function enumerated(value: number): Asn1 {
  return primitive(Type.ENUMERATED, String.fromCharCode(value));
}

export function objectIdentifier(dotted: string): Asn1 {
  return primitive(Type.OID, asn1.oidToDer(dotted).getBytes());
}

export function trueValue(): Asn1 {
  return primitive(Type.BOOLEAN, '\u{ff}');
}

export function nullValue(): Asn1 {
  return primitive(Type.NULL, '');
}

export function octetString(octets: Uint8Array): Asn1 {
  return primitive(Type.OCTETSTRING, binary(octets));
}

/** A BIT STRING of whole octets. */
export function bitString(octets: Uint8Array): Asn1 {
  return primitive(Type.BITSTRING, `\u{0}${binary(octets)}`);
}

/** A BIT STRING whose bits have names: bit 0 is the first of `isSet`; trailing zeros are left out. */
export function namedBits(isSet: readonly boolean[]): Asn1 {
  const count = isSet.lastIndexOf(true) + 1;
  const octets = Buffer.alloc(1 + Math.ceil(count / 8));
  octets[0] = (8 - (count % 8)) % 8;
  for (let bit = 0; bit < count; bit++) {
    if (isSet[bit]) octets[1 + (bit >> 3)] = octetAt(octets, 1 + (bit >> 3)) | (0x80 >> (bit & 7));
  }
  return primitive(Type.BITSTRING, binary(octets));
}

export function utf8String(text: string): Asn1 {
  return primitive(Type.UTF8, binary(Buffer.from(text, 'utf8')));
}

export function printableString(text: string): Asn1 {
  return primitive(Type.PRINTABLESTRING, text);
}

export function ia5String(text: string): Asn1 {
  return primitive(Type.IA5STRING, text);
}

/** A time of whole seconds: UTCTime before 2050, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
export function time(date: Date): Asn1 {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+Z$/gu, '');
  return date.getUTCFullYear() < 2050
    ? primitive(Type.UTCTIME, `${digits.slice(2)}Z`)
    : primitive(Type.GENERALIZEDTIME, `${digits}Z`);
}

/** node-forge types the number of a context-specific tag as if it were a universal type. */
function contextNumber(number: number): forge.asn1.Type {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum of its types lacks these numbers; its code takes any
  return number;
}

/** `[number]` around other values. */
export function tagged(number: number, ...members: readonly Asn1[]): Asn1 {
  return asn1.create(CONTEXT_SPECIFIC, contextNumber(number), true, [...members]);
}

/** `[number]` in place of a primitive's own tag. */
export function taggedPrimitive(number: number, octets: Uint8Array): Asn1 {
  return asn1.create(CONTEXT_SPECIFIC, contextNumber(number), false, binary(octets));
}

/** A value that is already encoded, such as the name of an issuer. */
export function encoded(der: Uint8Array): Asn1 {
  return asn1.fromDer(binary(der), { strict: true, decodeBitStrings: false } as never);
}
