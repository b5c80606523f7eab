import type { KeyObject } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import type { DistinguishedName } from './distinguished-name.ts';
import type { KeyUsage, NameConstraints } from './extension-values.ts';
import type { GeneralName } from './general-name.ts';
import type { PublicKeyFacts } from './public-key-facts.ts';
import type { SignatureScheme } from './signature-algorithms.ts';

/** What a certificate says. Frozen; obtained from `parseCertificate` alone. */
export interface ParsedCertificate {
  /**
   * SHA-256 of the signed part in lower-case hexadecimal: the name of this certificate everywhere.
   * Unlike a hash of all bytes it does not change with the encoding of an ECDSA signature.
   */
  readonly certId: string;
  /** A fresh copy of the bytes on each access. */
  readonly der: Uint8Array;
  readonly pem: string;
  /** 1 or 3; certificates of a chain are all of version 3. */
  readonly version: number;
  /** Upper bound of RFC 5280: 20 octets. Hexadecimal, lower case, whole octets, without leading zeros. */
  readonly serial: string;
  /** As in RFC 4514: most specific part first. */
  readonly issuer: string;
  readonly issuerDer: Uint8Array;
  readonly subject: string;
  readonly subjectDer: Uint8Array;
  readonly subjectCommonName: string | undefined;
  /** First moment of validity. */
  readonly notBefore: Date;
  /** Last second of validity. */
  readonly notAfter: Date;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly keyId: string;
  readonly publicKeyPem: string;
  /** `RSA`, `P-256`, `P-384`, `Ed25519`, …; dotted identifier of any other. */
  readonly publicKeyAlgorithm: string;
  readonly keyBits: number;
  /** `RSA-SHA256`, `ECDSA-SHA384`, `Ed25519`, …; dotted identifier of any other. */
  readonly signatureAlgorithm: string;
  readonly isCa: boolean;
  /** How many authorities may follow below this one; undefined without a limit. */
  readonly pathLength: number | undefined;
  /** Undefined where the extension is absent, which RFC 5280 reads as "any". */
  readonly keyUsage: readonly KeyUsage[] | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectAltNames: readonly GeneralName[];
  readonly nameConstraints: NameConstraints | undefined;
  /** Key identifiers in hexadecimal. Hints for finding an issuer, never a proof. */
  readonly authorityKeyIdentifier: string | undefined;
  readonly subjectKeyIdentifier: string | undefined;
  /** Dotted identifiers, in the order of the certificate. */
  readonly extensions: readonly string[];
  readonly criticalExtensions: readonly string[];
}

/** What validation needs and callers have no use for. Out of reach, so that no caller can alter it. */
export interface CertificateInternals {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly signature: Uint8Array;
  readonly scheme: SignatureScheme | undefined;
  readonly subjectName: DistinguishedName;
  readonly issuerName: DistinguishedName;
  readonly subjectKey: string;
  readonly issuerKey: string;
  readonly spki: Uint8Array;
  readonly keyFacts: PublicKeyFacts;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Loaded when first asked for. Throws InvalidCertificateError where Node refuses the key. */
  readonly publicKey: () => KeyObject;
}

/**
 * Marks what `parseCertificate` made. A private field cannot be forged, so no look-alike object
 * with a friendlier `notAfter` passes for a parsed certificate.
 */
export abstract class CertificateBrand {
  readonly #internals: CertificateInternals;

  constructor(internals: CertificateInternals) {
    this.#internals = internals;
  }

  static isParsed(value: unknown): value is ParsedCertificate {
    return typeof value === 'object' && value !== null && #internals in value;
  }

  static internalsOf(certificate: ParsedCertificate): CertificateInternals {
    if (#internals in certificate) return (certificate as unknown as CertificateBrand).#internals;
    throw new InvalidCertificateError({
      certId: certificate.certId,
      parseError: 'the object was not made by parseCertificate; pass PEM text or DER bytes',
    });
  }
}

/** Whether `value` came from `parseCertificate` of this module. */
export function isParsedCertificate(value: unknown): value is ParsedCertificate {
  return CertificateBrand.isParsed(value);
}

/** @throws InvalidCertificateError for an object that only looks like a parsed certificate. */
export function internalsOf(certificate: ParsedCertificate): CertificateInternals {
  return CertificateBrand.internalsOf(certificate);
}
