import {
  type CertificateError,
  CertificateExpiredError,
  InvalidCertificateError,
} from '@truthound/protocols';
import { type CertificatePurpose, findAuthorityFaults } from './certificate-rules.ts';
import { countComparisons, findNameFault } from './name-constraint-check.ts';
import { type ParsedCertificate, internalsOf } from './parsed-certificate.ts';
import { type RevocationContext, findRevocationErrors } from './revocation-check.ts';
import { findSignatureFault } from './signature-check.ts';

/** What the whole of one validation has in common. */
export interface ValidationContext {
  readonly at: Date;
  readonly purpose: CertificatePurpose;
  readonly maxDepth: number;
  readonly revocation: RevocationContext;
  /** Counts steps of the search, one by default; throws when the bound is reached. */
  readonly spend: (steps?: number) => void;
}

/** About the time of one signature check. */
const COMPARISONS_PER_STEP = 256;

const SIGNATURES = new WeakMap<ParsedCertificate, WeakMap<ParsedCertificate, string | undefined>>();

/** Why the signature of `certificate` is not one by `issuer`; remembered, since neither can change. */
function findIssuanceFault(
  certificate: ParsedCertificate,
  issuer: ParsedCertificate,
  spend: () => void,
): string | undefined {
  const known = SIGNATURES.get(certificate) ?? new WeakMap<ParsedCertificate, string | undefined>();
  SIGNATURES.set(certificate, known);
  if (!known.has(issuer)) {
    spend();
    const { scheme, tbs, signature } = internalsOf(certificate);
    const { keyFacts, publicKey } = internalsOf(issuer);
    const algorithmName = certificate.signatureAlgorithm;
    known.set(
      issuer,
      findSignatureFault({ scheme, algorithmName, signed: tbs, signature, keyFacts, publicKey }),
    );
  }
  return known.get(issuer);
}

/** Issuer and subject are one name: an authority that changes its own key (RFC 5280 §3.2). */
export function isSelfIssued(certificate: ParsedCertificate): boolean {
  const { subjectKey, issuerKey } = internalsOf(certificate);
  return subjectKey === issuerKey;
}

/** A self-signed certificate whose own signature fails was altered on its way here. */
export function findSelfSignatureErrors(
  certificate: ParsedCertificate,
  spend: () => void,
): readonly CertificateError[] {
  const fault = findIssuanceFault(certificate, certificate, spend);
  return fault === undefined ? [] : [refuse(certificate, fault)];
}

/** Errors of the validity period, both ends included. */
export function findValidityErrors(certificate: ParsedCertificate, at: Date): readonly CertificateError[] {
  const { certId } = certificate;
  const { notBeforeMs, notAfterMs } = internalsOf(certificate);
  if (at.getTime() < notBeforeMs) {
    const notBefore = new Date(notBeforeMs);
    const reason = `is valid only from ${notBefore.toISOString()}`;
    return [new CertificateExpiredError({ certId, expiredAt: notBefore, reason })];
  }
  // notAfter names a whole second, all of which belongs to the period.
  if (at.getTime() >= notAfterMs + 1000) {
    return [new CertificateExpiredError({ certId, expiredAt: new Date(notAfterMs) })];
  }
  return [];
}

/**
 * Errors of putting `issuer` on top of a path, leaf first.
 *
 * Every rule of RFC 5280 §6.1 looks either at one certificate or from an authority down at what lies
 * below it. All of them can therefore be judged on the way up, and a branch ends at its first fault.
 */
export function findIssuerErrors(
  path: readonly ParsedCertificate[],
  issuer: ParsedCertificate,
  context: ValidationContext,
): readonly CertificateError[] {
  const child = path.at(-1);
  if (child === undefined) return [];
  const issuance = findIssuanceFault(child, issuer, context.spend);
  // With another signer the candidate has nothing to do with the child; its other faults would only distract.
  if (issuance !== undefined) return [refuse(child, issuance)];
  return [
    ...findRevocationErrors(child, issuer, context.revocation),
    ...findValidityErrors(issuer, context.at),
    ...findAuthorityFaults(issuer, context.purpose).map((fault) => refuse(issuer, fault)),
    ...findPathLengthErrors(path, issuer),
    ...findNameErrors(path, issuer, context),
  ];
}

/** RFC 5280 §4.2.1.9: self-issued authorities do not count, nor does the leaf. */
export function countAuthorities(path: readonly ParsedCertificate[]): number {
  return path.slice(1).filter((certificate) => !isSelfIssued(certificate)).length;
}

function findPathLengthErrors(
  path: readonly ParsedCertificate[],
  issuer: ParsedCertificate,
): readonly CertificateError[] {
  const below = countAuthorities(path);
  const { pathLength } = issuer;
  if (pathLength === undefined || below <= pathLength) return [];
  return [
    refuse(issuer, `its path length allows ${pathLength} authorities below it, and there are ${below}`),
  ];
}

/** RFC 5280 §6.1.3 (b), (c): self-issued authorities are exempt, a leaf never is. */
function findNameErrors(
  path: readonly ParsedCertificate[],
  { nameConstraints }: ParsedCertificate,
  { spend }: ValidationContext,
): readonly CertificateError[] {
  if (nameConstraints === undefined) return [];
  return path.flatMap((certificate, index) => {
    if (index > 0 && isSelfIssued(certificate)) return [];
    // Thousands of names against thousands of bounds are as dear as signatures, and count as such.
    spend(Math.floor(countComparisons(certificate, nameConstraints) / COMPARISONS_PER_STEP));
    const fault = findNameFault(certificate, nameConstraints);
    return fault === undefined ? [] : [refuse(certificate, fault)];
  });
}

function refuse({ certId, subject }: ParsedCertificate, parseError: string): InvalidCertificateError {
  return new InvalidCertificateError({ certId, parseError, details: { subject } });
}
