/** Readers for the extensions of RFC 5280 §4.2 that a chain depends on. */
import { DerFault } from './der-fault.ts';
import { DerTag, contextTag } from './der-tag.ts';
import {
  expectTag,
  readNamedBits,
  readObjectIdentifier,
  readSequence,
  readSmallInteger,
  toHex,
} from './der-values.ts';
import { type GeneralName, readGeneralName } from './general-name.ts';
import { EXTENDED_KEY_USAGE_NAMES } from './object-identifiers.ts';
import { type DerElement, contentOf } from './read-der.ts';

/** What a key may be used for, in the order of the bits (RFC 5280 §4.2.1.3). */
export const KEY_USAGES = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/** One bit of the key usage extension. */
export type KeyUsage = (typeof KEY_USAGES)[number];

/** Names that certificates below a certification authority may or may not carry (RFC 5280 §4.2.1.10). */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

const MAX_NAMES = 256;
const MAX_USAGES = 64;

/** RFC 5280 §4.2.1.9. `pathLength` is the number of authorities that may follow below. */
export function readBasicConstraints(value: DerElement): {
  readonly isCa: boolean;
  readonly pathLength: number | undefined;
} {
  const members = [...readSequence(value, 'basicConstraints', { max: 2 })];
  let isCa = false;
  if (members[0]?.tag === DerTag.BOOLEAN) {
    isCa = contentOf(members.shift() ?? value)[0] === 0xff;
    if (!isCa) throw new DerFault('basicConstraints writes out the default of cA', value.start);
  }
  const [length, surplus] = members;
  if (surplus !== undefined) throw new DerFault('basicConstraints has a surplus member', surplus.start);
  return { isCa, pathLength: length && readSmallInteger(length, 'the path length') };
}

/** RFC 5280 §4.2.1.3: at least one bit is set. */
export function readKeyUsage(value: DerElement): readonly KeyUsage[] {
  const usages = readNamedBits(value, KEY_USAGES, 'keyUsage');
  if (usages.length === 0) throw new DerFault('keyUsage sets no bit', value.start);
  return usages;
}

/** RFC 5280 §4.2.1.12: names where known, else dotted identifiers. */
export function readExtendedKeyUsage(value: DerElement): readonly string[] {
  return readSequence(value, 'extendedKeyUsage', { min: 1, max: MAX_USAGES }).map((purpose) => {
    const identifier = readObjectIdentifier(purpose, 'a purpose of extendedKeyUsage');
    return EXTENDED_KEY_USAGE_NAMES.get(identifier) ?? identifier;
  });
}

/** RFC 5280 §4.2.1.6: at least one name. */
export function readSubjectAltNames(value: DerElement): readonly GeneralName[] {
  return readSequence(value, 'subjectAltName', { min: 1, max: MAX_NAMES }).map((name) =>
    readGeneralName(name, 'name'),
  );
}

/** RFC 5280 §4.2.1.10: `minimum` is 0 and therefore absent, `maximum` is absent. */
export function readNameConstraints(value: DerElement): NameConstraints {
  const trees = new Map<number, readonly GeneralName[]>();
  let last = -1;
  for (const list of readSequence(value, 'nameConstraints', { min: 1, max: 2 })) {
    const isKnown = list.tag === contextTag(0, true) || list.tag === contextTag(1, true);
    if (!isKnown || list.tag <= last || list.children.length === 0 || list.children.length > MAX_NAMES) {
      throw new DerFault('nameConstraints is malformed', list.start);
    }
    last = list.tag;
    trees.set(list.tag, list.children.map(readSubtree));
  }
  return Object.freeze({
    permitted: Object.freeze(trees.get(contextTag(0, true)) ?? []),
    excluded: Object.freeze(trees.get(contextTag(1, true)) ?? []),
  });
}

function readSubtree(subtree: DerElement): GeneralName {
  const [base, surplus] = readSequence(subtree, 'a subtree of nameConstraints', { min: 1 });
  if (base === undefined || surplus !== undefined) {
    throw new DerFault('a subtree of nameConstraints has a minimum or maximum', subtree.start);
  }
  return readGeneralName(base, 'constraint');
}

/** RFC 5280 §4.2.1.2, in hexadecimal. */
export function readSubjectKeyIdentifier(value: DerElement): string {
  return toHex(contentOf(expectTag(value, DerTag.OCTET_STRING, 'subjectKeyIdentifier')));
}

/** The key identifier of RFC 5280 §4.2.1.1 in hexadecimal; undefined where issuer and serial are given instead. */
export function readAuthorityKeyIdentifier(value: DerElement): string | undefined {
  const [first] = readSequence(value, 'authorityKeyIdentifier', { max: 3 });
  return first?.tag === contextTag(0, false) ? toHex(contentOf(first)) : undefined;
}
