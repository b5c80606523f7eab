import { hash } from 'node:crypto';
import type { CertificateBody } from './certificate-body.ts';
import { commonNameOf, comparisonKey } from './distinguished-name.ts';
import type { KeyUsage, NameConstraints } from './extension-values.ts';
import type { GeneralName } from './general-name.ts';
import { CertificateBrand, type ParsedCertificate, internalsOf } from './parsed-certificate.ts';
import { encodePem } from './pem.ts';
import { createKeyLoader } from './public-key-loader.ts';

/** A certificate that has been read. What could be written to (bytes, dates) is copied on each access. */
export class DecodedCertificate extends CertificateBrand implements ParsedCertificate {
  readonly certId: string;
  readonly keyId: string;
  readonly version: number;
  readonly serial: string;
  readonly issuer: string;
  readonly subject: string;
  readonly subjectCommonName: string | undefined;
  readonly publicKeyAlgorithm: string;
  readonly keyBits: number;
  readonly signatureAlgorithm: string;
  readonly isCa: boolean;
  readonly pathLength: number | undefined;
  readonly keyUsage: readonly KeyUsage[] | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectAltNames: readonly GeneralName[];
  readonly nameConstraints: NameConstraints | undefined;
  readonly authorityKeyIdentifier: string | undefined;
  readonly subjectKeyIdentifier: string | undefined;
  readonly extensions: readonly string[];
  readonly criticalExtensions: readonly string[];

  constructor(der: Uint8Array, body: CertificateBody) {
    const { subjectName, issuerName, spki } = body;
    const certId = hash('sha256', body.tbs, 'hex');
    super({
      der,
      tbs: body.tbs,
      signature: body.signature,
      scheme: body.scheme,
      subjectName,
      issuerName,
      subjectKey: comparisonKey(subjectName),
      issuerKey: comparisonKey(issuerName),
      spki,
      keyFacts: body.keyFacts,
      notBeforeMs: body.notBefore.getTime(),
      notAfterMs: body.notAfter.getTime(),
      publicKey: createKeyLoader(spki, certId),
    });
    this.certId = certId;
    this.keyId = hash('sha256', spki, 'hex');
    this.version = body.version;
    this.serial = body.serial;
    this.issuer = issuerName.text;
    this.subject = subjectName.text;
    this.subjectCommonName = commonNameOf(subjectName);
    this.publicKeyAlgorithm = body.keyFacts.algorithm;
    this.keyBits = body.keyFacts.bits;
    this.signatureAlgorithm = body.signatureAlgorithm;
    this.isCa = body.isCa;
    this.pathLength = body.pathLength;
    this.keyUsage = body.keyUsage && Object.freeze(body.keyUsage);
    this.extendedKeyUsage = body.extendedKeyUsage && Object.freeze(body.extendedKeyUsage);
    this.subjectAltNames = Object.freeze(body.subjectAltNames);
    this.nameConstraints = body.nameConstraints;
    this.authorityKeyIdentifier = body.authorityKeyIdentifier;
    this.subjectKeyIdentifier = body.subjectKeyIdentifier;
    const extensions = [...body.extensions.values()];
    this.extensions = Object.freeze(extensions.map(({ identifier }) => identifier));
    this.criticalExtensions = Object.freeze(
      extensions.filter(({ isCritical }) => isCritical).map(({ identifier }) => identifier),
    );
    Object.freeze(this);
  }

  get der(): Uint8Array {
    return new Uint8Array(internalsOf(this).der);
  }

  get pem(): string {
    return encodePem('CERTIFICATE', internalsOf(this).der);
  }

  get publicKeyPem(): string {
    return encodePem('PUBLIC KEY', internalsOf(this).spki);
  }

  get issuerDer(): Uint8Array {
    return new Uint8Array(internalsOf(this).issuerName.der);
  }

  get subjectDer(): Uint8Array {
    return new Uint8Array(internalsOf(this).subjectName.der);
  }

  get notBefore(): Date {
    return new Date(internalsOf(this).notBeforeMs);
  }

  get notAfter(): Date {
    return new Date(internalsOf(this).notAfterMs);
  }
}
