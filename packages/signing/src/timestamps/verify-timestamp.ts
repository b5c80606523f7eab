/**
 * Verifies a time-stamp token (RFC 3161, RFC 5816): that an authority which the caller trusts attests that some bytes existed at
 * a time.
 *
 * Two kinds of refusal: a token that is false (malformed, about other bytes, not signed as it says, from the future) is an
 * `InvalidSignatureError`; one whose authority cannot be relied on is a `CertificateError`.
 *
 * @module
 */
import { hash } from 'node:crypto';
import {
  CertificateError,
  CertificateNotFoundError,
  InvalidCertificateError,
  InvalidSignatureError,
  type SecurityError,
} from '@truthound/protocols';
import { DerFault } from '../certificates/der-fault.ts';
import { DerTag } from '../certificates/der-tag.ts';
import { expectTag, readObjectIdentifier } from '../certificates/der-values.ts';
import { ExtensionId } from '../certificates/object-identifiers.ts';
import { type ParsedCertificate, internalsOf } from '../certificates/parsed-certificate.ts';
import { type DerElement, contentOf } from '../certificates/read-der.ts';
import { findSignatureFault } from '../certificates/signature-check.ts';
import {
  type ValidateCertificateChainOptions,
  validateCertificateChain,
} from '../certificates/validate-certificate-chain.ts';
import { TimestampId } from './object-identifiers.ts';
import { type SignedData, readSignedData } from './signed-data.ts';
import { findSigningCertificateFault } from './signing-certificate.ts';
import { type TimestampInfo, readTimestampInfo } from './timestamp-info.ts';

/** What to verify, and whose word counts. */
export interface VerifyTimestampOptions extends Pick<
  ValidateCertificateChainOptions,
  'roots' | 'intermediates' | 'crls' | 'requireCrls'
> {
  /** DER of the token, as the authority's answer holds it. At most 64 KiB. */
  readonly token: Uint8Array;
  /** The bytes that were stamped. */
  readonly data: Uint8Array;
  /** Judges "from the future", and whether revocation lists are current. @defaultValue the system's clock */
  readonly now?: Date | undefined;
}

/** When something existed, by the word of an authority. */
export interface TrustedTime {
  readonly time: Date;
  /** The latest moment that the authority's accuracy allows. Expiry is judged by it. */
  readonly latest: Date;
  /** The certificate of the authority. */
  readonly authority: ParsedCertificate;
}

/** The answer of {@link verifyTimestamp}. */
export type TimestampResult =
  | (TrustedTime & { readonly isValid: true; readonly errors: readonly [] })
  | { readonly isValid: false; readonly errors: readonly [SecurityError, ...SecurityError[]] };

/** How far the authority's clock and ours may differ. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Whether a trusted authority attests a time for `data`. Throws nothing for what stands in the token. */
export function verifyTimestamp(options: VerifyTimestampOptions): TimestampResult {
  const { token, data, now = new Date() } = options;
  try {
    const { signedData, info, authority } = openToken(token, data);
    const errors = findAuthorityErrors(authority, signedData, info, { ...options, now });
    if (errors !== undefined) return refused(...errors);
    if (info.time.getTime() > now.getTime() + CLOCK_SKEW_MS)
      throw new DerFault(`it is from the future: ${info.time.toISOString()}`, 0);
    const latest = new Date(info.time.getTime() + info.accuracyMs);
    return Object.freeze({
      isValid: true,
      errors: Object.freeze([] as const),
      time: info.time,
      latest,
      authority,
    });
  } catch (cause) {
    if (!(cause instanceof DerFault) && !(cause instanceof CertificateError)) throw cause;
    return refused(falseToken(cause.message, cause));
  }
}

/** The parts of a token that is about `data` and signed by the certificate that it carries. Whether that one is trusted is open. */
export function openToken(
  token: Uint8Array,
  data: Uint8Array,
): { readonly signedData: SignedData; readonly info: TimestampInfo; readonly authority: ParsedCertificate } {
  const signedData = readSignedData(token);
  const { content, certificates, signer } = signedData;
  const info = readTimestampInfo(content);
  if (Buffer.compare(hash(info.digest, data, 'buffer'), info.imprint) !== 0)
    throw new DerFault('it was made for other bytes', 0);
  const authority = certificates.find((certificate) => signer.isNamed(certificate));
  if (authority === undefined)
    throw new DerFault(
      'it does not carry the certificate of its signer: ask the authority for it (certReq)',
      0,
    );
  assertAttributes(signedData, authority);
  const { keyFacts, publicKey } = internalsOf(authority);
  const { scheme, algorithmName, signed, signature } = signer;
  const fault = findSignatureFault({ scheme, algorithmName, signed, signature, keyFacts, publicKey });
  if (fault !== undefined) throw new DerFault(fault.replace('issuer', 'authority'), 0);
  return { signedData, info, authority };
}

/** RFC 3161 §2.4.2, RFC 5652 §11: the attributes tie content and certificate to the signature. */
function assertAttributes({ content, signer }: SignedData, authority: ParsedCertificate): void {
  const { attributes, digest } = signer;
  const type = readObjectIdentifier(attributes.get(TimestampId.CONTENT_TYPE), 'its signed type of content');
  if (type !== TimestampId.TST_INFO) throw new DerFault(`its signed type of content is ${type}`, 0);
  const signedDigest: DerElement | undefined = attributes.get(TimestampId.MESSAGE_DIGEST);
  const expected = contentOf(expectTag(signedDigest, DerTag.OCTET_STRING, 'its signed hash'));
  if (Buffer.compare(hash(digest, content, 'buffer'), expected) !== 0)
    throw new DerFault('its content is not the one that was signed', 0);
  const fault = findSigningCertificateFault(attributes, authority);
  if (fault !== undefined) throw new DerFault(fault, 0);
}

function findAuthorityErrors(
  authority: ParsedCertificate,
  { certificates }: SignedData,
  { time }: TimestampInfo,
  options: VerifyTimestampOptions & { readonly now: Date },
): readonly [SecurityError, ...SecurityError[]] | undefined {
  const { certId } = authority;
  const isDedicated =
    authority.extendedKeyUsage?.join() === 'timeStamping' &&
    authority.criticalExtensions.includes(ExtensionId.EXTENDED_KEY_USAGE);
  if (!isDedicated) {
    const parseError = 'its extendedKeyUsage is not timeStamping alone, marked critical (RFC 3161 §2.3)';
    return [new InvalidCertificateError({ certId, parseError })];
  }
  const { roots, intermediates = [], crls, requireCrls, now } = options;
  const { isValid, errors } = validateCertificateChain({
    leaf: authority,
    intermediates: [...certificates, ...intermediates],
    roots,
    crls,
    requireCrls,
    at: time,
    crlsAt: now,
    purpose: 'timeStamping',
  });
  if (isValid) return undefined;
  const [first = new CertificateNotFoundError({ certId }), ...others] = errors;
  return [first, ...others];
}

/** The error for a token that is not what it says. */
export function falseToken(reason: string, cause?: unknown): InvalidSignatureError {
  return new InvalidSignatureError(
    { algorithm: 'RFC3161', reason: `its time-stamp cannot be believed: ${reason}` },
    { cause },
  );
}

function refused(first: SecurityError, ...others: readonly SecurityError[]): TimestampResult {
  return Object.freeze({ isValid: false, errors: Object.freeze([first, ...others] as const) });
}
