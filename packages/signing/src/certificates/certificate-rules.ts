/**
 * What every certificate of a path must satisfy, and what only its leaf or only an authority must.
 *
 * Each rule answers the reason for a refusal, to be read after the name of the certificate, or nothing.
 *
 * @module
 */
import { ExtensionId } from './object-identifiers.ts';
import { findKeyFault } from './key-strength.ts';
import { type ParsedCertificate, internalsOf } from './parsed-certificate.ts';

/** What the leaf's key is used for. `any` asks for no particular extended key usage. */
export type CertificatePurpose = 'codeSigning' | 'timeStamping' | 'serverAuth' | 'clientAuth' | 'any';

/** All purposes, for checking options. */
export const CERTIFICATE_PURPOSES: readonly CertificatePurpose[] = [
  'codeSigning',
  'timeStamping',
  'serverAuth',
  'clientAuth',
  'any',
];

type Rule = (certificate: ParsedCertificate) => string | undefined;
type PurposeRule = (certificate: ParsedCertificate, purpose: CertificatePurpose) => string | undefined;

/** Policies need no processing as long as nobody demands one; a demand is a critical extension of its own. */
const UNDERSTOOD_CRITICAL: ReadonlySet<string> = new Set([
  ExtensionId.BASIC_CONSTRAINTS,
  ExtensionId.KEY_USAGE,
  ExtensionId.EXTENDED_KEY_USAGE,
  ExtensionId.SUBJECT_ALT_NAME,
  ExtensionId.NAME_CONSTRAINTS,
  ExtensionId.CERTIFICATE_POLICIES,
]);

const isCritical = ({ criticalExtensions }: ParsedCertificate, identifier: string): boolean =>
  criticalExtensions.includes(identifier);

const EVERY: readonly Rule[] = [
  ({ version }) => (version === 3 ? undefined : `it is of version ${version}, not 3`),
  ({ criticalExtensions }) => {
    const unknown = criticalExtensions.filter((identifier) => !UNDERSTOOD_CRITICAL.has(identifier));
    return unknown.length === 0
      ? undefined
      : `it marks extension ${unknown.join(', ')} as critical, which is not understood as such`;
  },
  ({ issuer }) => (issuer === '' ? 'its issuer is empty' : undefined),
  (certificate) =>
    certificate.subject !== '' || (!certificate.isCa && isCritical(certificate, ExtensionId.SUBJECT_ALT_NAME))
      ? undefined
      : 'its subject is empty without a critical subjectAltName in its place',
  ({ isCa, keyUsage }) =>
    !isCa && keyUsage?.includes('keyCertSign') === true
      ? 'its keyUsage has keyCertSign although it is no certification authority'
      : undefined,
  ({ isCa, pathLength }) =>
    pathLength !== undefined && !isCa
      ? 'it has a path length although it is no certification authority'
      : undefined,
  (certificate) => {
    if (certificate.nameConstraints === undefined) return undefined;
    if (!certificate.isCa) return 'it has name constraints although it is no certification authority';
    return isCritical(certificate, ExtensionId.NAME_CONSTRAINTS)
      ? undefined
      : 'its name constraints are not marked critical';
  },
  ({ nameConstraints }) => {
    const names = [...(nameConstraints?.permitted ?? []), ...(nameConstraints?.excluded ?? [])];
    return names.some(({ type }) => type === 'other')
      ? 'its name constraints use a form of name that cannot be checked'
      : undefined;
  },
  (certificate) => {
    const fault = findKeyFault(internalsOf(certificate).keyFacts);
    return fault && `its key ${fault}`;
  },
];

const AUTHORITY: readonly PurposeRule[] = [
  ({ isCa }) => (isCa ? undefined : 'it is not a certification authority (basicConstraints)'),
  (certificate) =>
    certificate.isCa && !isCritical(certificate, ExtensionId.BASIC_CONSTRAINTS)
      ? 'its basicConstraints are not marked critical'
      : undefined,
  ({ keyUsage }) =>
    keyUsage?.includes('keyCertSign') === true
      ? undefined
      : `its keyUsage (${keyUsage?.join(', ') ?? 'absent'}) lacks keyCertSign`,
  ({ extendedKeyUsage }, purpose) =>
    purpose === 'any' ||
    extendedKeyUsage === undefined ||
    extendedKeyUsage.includes(purpose) ||
    extendedKeyUsage.includes('anyExtendedKeyUsage')
      ? undefined
      : `its extendedKeyUsage (${extendedKeyUsage.join(', ')}) does not cover ${purpose}`,
];

/** Purposes that a certificate must name: silence does not make a signer. */
const NEEDS_EXPLICIT_USAGE: ReadonlySet<CertificatePurpose> = new Set(['codeSigning', 'timeStamping']);

const LEAF: readonly PurposeRule[] = [
  ({ keyUsage }, purpose) =>
    purpose === 'any' ||
    keyUsage === undefined ||
    keyUsage.includes('digitalSignature') ||
    // RFC 5280 §4.2.1.12: the one purpose here for which either bit will do.
    (purpose === 'timeStamping' && keyUsage.includes('contentCommitment'))
      ? undefined
      : `its keyUsage (${keyUsage.join(', ')}) lacks digitalSignature`,
  ({ extendedKeyUsage }, purpose) => {
    if (purpose === 'any' || extendedKeyUsage?.includes(purpose) === true) return undefined;
    const isRequired = extendedKeyUsage !== undefined || NEEDS_EXPLICIT_USAGE.has(purpose);
    return isRequired
      ? `its extendedKeyUsage (${extendedKeyUsage?.join(', ') ?? 'absent'}) lacks ${purpose}`
      : undefined;
  },
];

/** An authority signs certificates, not plugins, unless the caller trusts this very certificate as a signer. */
const LEAF_UNLESS_ANCHOR: PurposeRule = ({ isCa }, purpose) =>
  isCa && NEEDS_EXPLICIT_USAGE.has(purpose)
    ? `it is a certification authority, which may not do ${purpose} itself`
    : undefined;

/** Reasons to refuse a certificate as the end of a path. */
export function findLeafFaults(
  certificate: ParsedCertificate,
  purpose: CertificatePurpose,
  { isAnchor }: { readonly isAnchor: boolean },
): readonly string[] {
  const rules = isAnchor ? LEAF : [...LEAF, LEAF_UNLESS_ANCHOR];
  return collect([
    ...EVERY.map((rule) => rule(certificate)),
    ...rules.map((rule) => rule(certificate, purpose)),
  ]);
}

/** Reasons to refuse a certificate as the issuer of another. */
export function findAuthorityFaults(
  certificate: ParsedCertificate,
  purpose: CertificatePurpose,
): readonly string[] {
  return collect([
    ...EVERY.map((rule) => rule(certificate)),
    ...AUTHORITY.map((rule) => rule(certificate, purpose)),
  ]);
}

function collect(outcomes: readonly (string | undefined)[]): readonly string[] {
  return outcomes.filter((outcome) => outcome !== undefined);
}
