/**
 * A certificate revocation list (RFC 5280 §5), as strictly read as a certificate.
 *
 * Only complete lists that an authority signs for its own certificates are used. Partial, indirect and
 * delta lists say so in critical extensions; such a list parses, but `unusable` tells why nothing may
 * be concluded from it.
 *
 * @module
 */
import { InvalidCertificateError } from '@truthound/protocols';
import { readSerial } from './certificate-body.ts';
import { DerFault } from './der-fault.ts';
import { DerTag, contextTag } from './der-tag.ts';
import { readTime } from './der-time.ts';
import { expectTag, readOctetAlignedBits, readSequence, readSmallInteger } from './der-values.ts';
import { comparisonKey, readDistinguishedName } from './distinguished-name.ts';
import { ExtensionId } from './object-identifiers.ts';
import { toDerBytes } from './pem.ts';
import { type DerElement, type DerLimits, encodingOf, readDer } from './read-der.ts';
import { type Extension, readExtensionValue, readExtensions } from './read-extensions.ts';
import { type SignatureScheme, readSignatureAlgorithm } from './signature-algorithms.ts';

/** Names of CRLReason (RFC 5280 §5.3.1) at their numbers; 7 is unused. */
export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

/** Why a certificate was withdrawn. */
export type RevocationReason = Exclude<(typeof REVOCATION_REASONS)[number], undefined>;

/** One line of a list. */
export interface RevokedEntry {
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
}

/** What a list says. Its signature is checked where it is used, with the key of the issuer found there. */
export interface ParsedCrl {
  readonly issuer: string;
  readonly thisUpdate: Date;
  /** Undefined in a list that names no end, which is not accepted. */
  readonly nextUpdate: Date | undefined;
  /** By serial number in hexadecimal, as in `ParsedCertificate`. */
  readonly revoked: ReadonlyMap<string, RevokedEntry>;
  /** Why it cannot be used; undefined when it can. */
  readonly unusable: string | undefined;
}

/** What a check of its signature needs. */
export interface CrlInternals {
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
  readonly scheme: SignatureScheme | undefined;
  readonly algorithmName: string;
  readonly issuerKey: string;
}

/** About 100,000 entries. */
const LIMITS: DerLimits = Object.freeze({ maxBytes: 8_388_608, maxDepth: 24, maxElements: 800_000 });
const LABELS = ['X509 CRL'];
const INTERNALS = new WeakMap<ParsedCrl, CrlInternals>();

/**
 * Parses a revocation list.
 *
 * @param pemOrDer PEM text with exactly one list, or DER bytes. At most 8 MiB.
 * @throws InvalidCertificateError, and nothing else, when it is malformed.
 */
export function parseCrl(pemOrDer: string | Uint8Array | ParsedCrl): ParsedCrl {
  if (typeof pemOrDer === 'object' && INTERNALS.has(pemOrDer as ParsedCrl)) {
    return pemOrDer as ParsedCrl;
  }
  try {
    const der = toDerBytes(pemOrDer, LABELS, LIMITS.maxBytes);
    return readCrl(readDer(der, LIMITS));
  } catch (error) {
    if (!(error instanceof DerFault)) throw error;
    throw new InvalidCertificateError(
      { parseError: `the revocation list: ${error.message}` },
      { cause: error },
    );
  }
}

/** @throws InvalidCertificateError for an object that only looks like a parsed list. */
export function crlInternals(list: ParsedCrl): CrlInternals {
  const internals = INTERNALS.get(list);
  if (internals === undefined) {
    throw new InvalidCertificateError({
      parseError: 'the revocation list was not made by parseCrl',
    });
  }
  return internals;
}

function readCrl(element: DerElement): ParsedCrl {
  const [tbs, algorithm, signature] = readSequence(element, 'the list', { min: 3, max: 3 });
  const members = [...readSequence(tbs, 'its signed part', { min: 4, max: 7 })];
  const take = (isWanted: (candidate: DerElement) => boolean): DerElement | undefined =>
    members[0] !== undefined && isWanted(members[0]) ? members.shift() : undefined;
  const isTime = ({ tag }: DerElement): boolean => tag === DerTag.UTC_TIME || tag === DerTag.GENERALIZED_TIME;

  const version = take(({ tag }) => tag === DerTag.INTEGER);
  if (version === undefined || readSmallInteger(version, 'its version') !== 1) {
    throw new DerFault('only lists of version 2 are supported', element.start);
  }
  const innerAlgorithm = members.shift();
  const { scheme, name: algorithmName } = readSignatureAlgorithm(algorithm);
  if (!isSameAlgorithm(algorithm, innerAlgorithm)) {
    throw new DerFault('its two signature algorithms differ', element.start);
  }
  const issuerName = readDistinguishedName(members.shift(), 'its issuer');
  const thisUpdate = take(isTime);
  const nextUpdate = take(isTime);
  const entries = take(({ tag }) => tag === DerTag.SEQUENCE);
  const wrapper = take(({ tag }) => tag === contextTag(0, true));
  if (thisUpdate === undefined || members.length > 0) {
    throw new DerFault('its signed part is malformed', element.start);
  }
  const extensions = readWrapped(wrapper);
  const { revoked, problem } = readEntries(entries);
  const list: ParsedCrl = Object.freeze({
    issuer: issuerName.text,
    thisUpdate: readTime(thisUpdate, 'thisUpdate'),
    nextUpdate: nextUpdate && readTime(nextUpdate, 'nextUpdate'),
    revoked,
    unusable: problem ?? describeCritical(extensions, 'it'),
  });
  INTERNALS.set(list, {
    tbs: encodingOf(expectTag(tbs, DerTag.SEQUENCE, 'its signed part')),
    signature: readOctetAlignedBits(signature, 'its signature'),
    scheme,
    algorithmName,
    issuerKey: comparisonKey(issuerName),
  });
  return list;
}

function isSameAlgorithm(outer: DerElement | undefined, inner: DerElement | undefined): boolean {
  return (
    outer !== undefined && inner !== undefined && Buffer.compare(encodingOf(outer), encodingOf(inner)) === 0
  );
}

function readWrapped(wrapper: DerElement | undefined): ReadonlyMap<string, Extension> {
  const [list, surplus] = wrapper?.children ?? [];
  if (wrapper === undefined) return new Map();
  if (list === undefined || surplus !== undefined)
    throw new DerFault('its extensions are malformed', wrapper.start);
  return readExtensions(list);
}

/** No critical extension of a list or an entry is understood: they narrow or shift what the list is about. */
function describeCritical(extensions: ReadonlyMap<string, Extension>, subject: string): string | undefined {
  const critical = [...extensions.values()].find(({ isCritical }) => isCritical);
  return critical && `${subject} has the critical extension ${critical.identifier}, which is not understood`;
}

function readEntries(entries: DerElement | undefined): {
  readonly revoked: ReadonlyMap<string, RevokedEntry>;
  readonly problem: string | undefined;
} {
  const revoked = new Map<string, RevokedEntry>();
  let problem: string | undefined;
  for (const entry of entries?.children ?? []) {
    const [serial, time, list] = readSequence(entry, 'an entry', { min: 2, max: 3 });
    if (time === undefined) throw new DerFault('an entry has no time', entry.start);
    const extensions = list === undefined ? new Map<string, Extension>() : readExtensions(list);
    problem ??= describeCritical(extensions, 'an entry');
    const reason = readExtensionValue(extensions, ExtensionId.REASON_CODE, readReason) ?? 'unspecified';
    revoked.set(
      readSerial(serial),
      Object.freeze({ revokedAt: readTime(time, 'the time of an entry'), reason }),
    );
  }
  return { revoked, problem };
}

function readReason(value: DerElement): RevocationReason {
  const reason = REVOCATION_REASONS[readSmallInteger(value, 'a reason', DerTag.ENUMERATED)];
  if (reason === undefined) throw new DerFault('a reason has a number without meaning', value.start);
  return reason;
}
