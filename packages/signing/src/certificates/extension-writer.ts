import { createHash } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import {
  type Asn1,
  encode,
  namedBits,
  objectIdentifier,
  octetString,
  sequence,
  smallInteger,
  tagged,
  taggedPrimitive,
  trueValue,
} from './asn1-writer.ts';
import { KEY_USAGES, type KeyUsage } from './extension-values.ts';
import { type GeneralNameInput, writeGeneralName } from './general-name-writer.ts';
import { EXTENDED_KEY_USAGE_NAMES, ExtensionId, identifierOf } from './object-identifiers.ts';
import { contentOf, readDer } from './read-der.ts';

/** Names that the certificates below may and may not carry. */
export interface NameConstraintsInput {
  readonly permitted?: readonly GeneralNameInput[] | undefined;
  readonly excluded?: readonly GeneralNameInput[] | undefined;
}

/** Wraps a value as an extension; the mark is written only where it is true. */
export function writeExtension(
  identifier: string,
  value: Asn1,
  { isCritical }: { isCritical: boolean },
): Asn1 {
  const mark = isCritical ? [trueValue()] : [];
  return sequence(objectIdentifier(identifier), ...mark, octetString(encode(value)));
}

/** RFC 5280 §4.2.1.9; critical, so that no reader overlooks it. */
export function basicConstraints({
  isCa,
  pathLength,
}: {
  readonly isCa: boolean;
  readonly pathLength?: number | undefined;
}): Asn1 {
  if (
    pathLength !== undefined &&
    (!isCa || !Number.isInteger(pathLength) || pathLength < 0 || pathLength > 255)
  ) {
    throw refuse(`pathLength must be an integer from 0 to 255 with isCa: true, not ${pathLength}`);
  }
  const length = pathLength === undefined ? [] : [smallInteger(pathLength)];
  const value = sequence(...(isCa ? [trueValue()] : []), ...length);
  return writeExtension(ExtensionId.BASIC_CONSTRAINTS, value, { isCritical: true });
}

/** RFC 5280 §4.2.1.3. */
export function keyUsage(usages: readonly KeyUsage[]): Asn1 {
  const unknown = usages.find((usage) => !KEY_USAGES.includes(usage));
  if (unknown !== undefined || usages.length === 0) {
    throw refuse(`keyUsage must name at least one of ${KEY_USAGES.join(', ')}, not ${unknown ?? 'none'}`);
  }
  const bits = namedBits(KEY_USAGES.map((usage) => usages.includes(usage)));
  return writeExtension(ExtensionId.KEY_USAGE, bits, { isCritical: true });
}

/** RFC 5280 §4.2.1.12; names as in `ParsedCertificate`, or dotted identifiers. Critical where RFC 3161 §2.3 wants it so. */
export function extendedKeyUsage(purposes: readonly string[]): Asn1 {
  const identifiers = purposes.map((purpose) => {
    const identifier = identifierOf(EXTENDED_KEY_USAGE_NAMES, purpose) ?? purpose;
    if (!/^[0-2](?:\.(?:0|[1-9]\d{0,9})){2,20}$/u.test(identifier)) {
      const names = [...EXTENDED_KEY_USAGE_NAMES.values()].join(', ');
      throw refuse(
        `extendedKeyUsage ${JSON.stringify(purpose)} is neither a dotted identifier nor one of ${names}`,
      );
    }
    return objectIdentifier(identifier);
  });
  const isCritical = purposes.join() === 'timeStamping';
  return writeExtension(ExtensionId.EXTENDED_KEY_USAGE, sequence(...identifiers), { isCritical });
}

/** RFC 5280 §4.2.1.6. */
export function subjectAltName(names: readonly GeneralNameInput[]): Asn1 {
  const value = sequence(...names.map((name) => writeGeneralName(name, 'name')));
  return writeExtension(ExtensionId.SUBJECT_ALT_NAME, value, { isCritical: false });
}

/** RFC 5280 §4.2.1.10; critical as the RFC demands. */
export function nameConstraints({ permitted = [], excluded = [] }: NameConstraintsInput): Asn1 {
  if (permitted.length + excluded.length === 0)
    throw refuse('nameConstraints neither permits nor excludes a name');
  const subtrees = (number: number, names: readonly GeneralNameInput[]): Asn1[] =>
    names.length === 0
      ? []
      : [tagged(number, ...names.map((name) => sequence(writeGeneralName(name, 'constraint'))))];
  const value = sequence(...subtrees(0, permitted), ...subtrees(1, excluded));
  return writeExtension(ExtensionId.NAME_CONSTRAINTS, value, { isCritical: true });
}

/** RFC 7093 §2 method 1: the leftmost 160 bits of the SHA-256 of the key's bits. Only a label. */
export function keyIdentifierOf(spki: Uint8Array): Buffer {
  const bits = readDer(spki).children[1];
  if (bits === undefined) throw refuse('the public key is not a SubjectPublicKeyInfo');
  return createHash('sha256').update(contentOf(bits).subarray(1)).digest().subarray(0, 20);
}

/** RFC 5280 §4.2.1.2. */
export function subjectKeyIdentifier(identifier: Uint8Array): Asn1 {
  return writeExtension(ExtensionId.SUBJECT_KEY_IDENTIFIER, octetString(identifier), { isCritical: false });
}

/** RFC 5280 §4.2.1.1, by key identifier. */
export function authorityKeyIdentifier(identifier: Uint8Array): Asn1 {
  const value = sequence(taggedPrimitive(0, identifier));
  return writeExtension(ExtensionId.AUTHORITY_KEY_IDENTIFIER, value, { isCritical: false });
}

function refuse(parseError: string): InvalidCertificateError {
  return new InvalidCertificateError({ parseError });
}
