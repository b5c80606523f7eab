import { InvalidCertificateError } from '@truthound/protocols';
import { encode, encoded } from './asn1-writer.ts';
import { type CertificateProfile, PROFILE_OPTIONS, writeSignedPart } from './certificate-profile.ts';
import { parseCertificateRequest } from './certificate-request.ts';
import {
  type CertificateSigner,
  type PrivateKeyInput,
  type PublicKeyInput,
  createCertificateSigner,
  loadSpki,
} from './certificate-signer.ts';
import { keyIdentifierOf } from './extension-writer.ts';
import { assertKnownOptions } from './known-options.ts';
import { parseCertificate } from './parse-certificate.ts';
import { type ParsedCertificate, internalsOf } from './parsed-certificate.ts';
import { writeSubjectName } from './subject-name.ts';

/** Whose key is certified, by whom, and as what. */
export interface IssueCertificateOptions extends Omit<CertificateProfile, 'subject'> {
  readonly issuerCertificate: string | Uint8Array | ParsedCertificate;
  readonly issuerKey: PrivateKeyInput;
  /** @defaultValue the subject of the request */
  readonly subject?: CertificateProfile['subject'] | undefined;
  /** The key to certify; either this or `csr`. */
  readonly publicKey?: PublicKeyInput | undefined;
  /** A request whose signature proves that its sender holds the key. Nothing but its subject and key is taken over. */
  readonly csr?: string | Uint8Array | undefined;
}

/** A new certificate: PEM text, and the names by which it is found again. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly certId: string;
  readonly keyId: string;
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const ISSUE_OPTIONS = [...PROFILE_OPTIONS, 'issuerCertificate', 'issuerKey', 'publicKey', 'csr'];

/**
 * Issues a certificate with the key of an authority. It never outlives its issuer.
 *
 * @throws InvalidCertificateError when the issuer may not issue it, the key is not the issuer's, or an option is wrong.
 * @throws TypeError for an unknown option.
 */
export function issueCertificate(options: IssueCertificateOptions): IssuedCertificate {
  assertKnownOptions('issueCertificate', options, ISSUE_OPTIONS);
  const issuer = parseCertificate(options.issuerCertificate);
  const signer = createCertificateSigner(options.issuerKey);
  assertMayIssue(issuer, signer, options);
  const { subject, spki } = subjectOf(options);
  const tbs = writeSignedPart(options, {
    subject: encoded(subject),
    issuer: encoded(internalsOf(issuer).subjectName.der),
    spki,
    issuerKeyIdentifier:
      issuer.subjectKeyIdentifier === undefined
        ? keyIdentifierOf(signer.spki)
        : Buffer.from(issuer.subjectKeyIdentifier, 'hex'),
    algorithm: signer.algorithm,
    notAfterLimit: issuer.notAfter,
  });
  return describeIssued(signer.seal(tbs));
}

/** Reads a fresh certificate back, as everybody else will. */
export function describeIssued(der: Uint8Array): IssuedCertificate {
  const { pem, certId, keyId, serial, notBefore, notAfter } = parseCertificate(der);
  return Object.freeze({ certificate: pem, certId, keyId, serial, notBefore, notAfter });
}

function subjectOf({ subject, publicKey, csr }: IssueCertificateOptions): {
  readonly subject: Uint8Array;
  readonly spki: Uint8Array;
} {
  if ((publicKey === undefined) === (csr === undefined)) {
    throw refuse('either publicKey or csr is needed, and not both');
  }
  const written = subject === undefined ? undefined : encode(writeSubjectName(subject));
  if (csr !== undefined) {
    const request = parseCertificateRequest(csr);
    return { subject: written ?? request.subjectDer, spki: loadSpki(request.publicKeyPem) };
  }
  if (written === undefined || publicKey === undefined) throw refuse('subject is needed with publicKey');
  return { subject: written, spki: loadSpki(publicKey) };
}

function assertMayIssue(
  issuer: ParsedCertificate,
  signer: CertificateSigner,
  { isCa = false, pathLength }: IssueCertificateOptions,
): void {
  const { certId } = issuer;
  const fault = [
    issuer.isCa || 'it is not a certification authority (isCa)',
    issuer.keyUsage?.includes('keyCertSign') !== false || 'its keyUsage lacks keyCertSign',
    Buffer.compare(signer.spki, internalsOf(issuer).spki) === 0 ||
      'issuerKey is not the key of issuerCertificate',
    !isCa || issuer.pathLength !== 0 || 'its pathLength 0 allows no authority below it',
    !isCa ||
      issuer.pathLength === undefined ||
      (pathLength ?? 0) < issuer.pathLength ||
      `its pathLength ${issuer.pathLength} must be above that of an authority below it, ${String(pathLength)}`,
  ].find((outcome) => typeof outcome === 'string');
  if (fault !== undefined)
    throw new InvalidCertificateError({ certId, parseError: `it cannot issue: ${fault}` });
}

function refuse(parseError: string): InvalidCertificateError {
  return new InvalidCertificateError({ parseError });
}
