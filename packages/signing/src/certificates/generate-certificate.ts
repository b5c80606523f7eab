import { generateKeyPair as generateKeyPairCallback } from 'node:crypto';
import { promisify } from 'node:util';
import { InvalidCertificateError } from '@truthound/protocols';
import { type CertificateProfile, PROFILE_OPTIONS, writeSignedPart } from './certificate-profile.ts';
import { type PrivateKeyInput, createCertificateSigner, loadPrivateKey } from './certificate-signer.ts';
import { keyIdentifierOf } from './extension-writer.ts';
import { type IssuedCertificate, describeIssued } from './issue-certificate.ts';
import { writeSubjectName } from './subject-name.ts';
import { assertKnownOptions } from './known-options.ts';
import { encodePem } from './pem.ts';

/** Keys that {@link generateCertificate} can make. */
export type CertificateKeyType = 'Ed25519' | 'P-256' | 'P-384' | 'RSA-2048' | 'RSA-3072' | 'RSA-4096';

/** A certificate that its own key signs. */
export interface GenerateCertificateOptions extends CertificateProfile {
  /** @defaultValue a new key of type `keyType` */
  readonly privateKey?: PrivateKeyInput | undefined;
  /** Without `privateKey` only. @defaultValue `Ed25519` */
  readonly keyType?: CertificateKeyType | undefined;
}

/** A certificate together with its key. */
export interface GeneratedCertificate extends IssuedCertificate {
  /** PEM, PKCS#8, not encrypted. */
  readonly privateKey: string;
  /** PEM, SPKI. */
  readonly publicKey: string;
}

const generateKeyPair = promisify(generateKeyPairCallback);

type PrivateKeyMaker = () => Promise<{ readonly privateKey: Exclude<PrivateKeyInput, string | Uint8Array> }>;

const KEY_MAKERS: Readonly<Record<CertificateKeyType, PrivateKeyMaker>> = {
  Ed25519: () => generateKeyPair('ed25519'),
  'P-256': () => generateKeyPair('ec', { namedCurve: 'P-256' }),
  'P-384': () => generateKeyPair('ec', { namedCurve: 'P-384' }),
  'RSA-2048': () => generateKeyPair('rsa', { modulusLength: 2048 }),
  'RSA-3072': () => generateKeyPair('rsa', { modulusLength: 3072 }),
  'RSA-4096': () => generateKeyPair('rsa', { modulusLength: 4096 }),
};

/**
 * Makes a self-signed certificate: a root with `isCa: true`, otherwise a signer that must itself be trusted.
 *
 * @throws InvalidCertificateError when the key cannot be used or an option makes no sense.
 * @throws TypeError for an unknown option.
 */
export async function generateCertificate(
  options: GenerateCertificateOptions,
): Promise<GeneratedCertificate> {
  assertKnownOptions('generateCertificate', options, [...PROFILE_OPTIONS, 'privateKey', 'keyType']);
  const { privateKey, keyType, ...profile } = options;
  const key = privateKey === undefined ? await makeKey(keyType ?? 'Ed25519') : loadPrivateKey(privateKey);
  if (privateKey !== undefined && keyType !== undefined) {
    throw new InvalidCertificateError({ parseError: 'either privateKey or keyType is needed, and not both' });
  }
  const signer = createCertificateSigner(key);
  const subject = writeSubjectName(profile.subject);
  const tbs = writeSignedPart(profile, {
    subject,
    issuer: subject,
    spki: signer.spki,
    issuerKeyIdentifier: keyIdentifierOf(signer.spki),
    algorithm: signer.algorithm,
  });
  return Object.freeze({
    ...describeIssued(signer.seal(tbs)),
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: encodePem('PUBLIC KEY', signer.spki),
  });
}

async function makeKey(keyType: CertificateKeyType): Promise<ReturnType<typeof loadPrivateKey>> {
  if (!Object.hasOwn(KEY_MAKERS, keyType)) {
    throw new InvalidCertificateError({
      parseError: `keyType ${JSON.stringify(keyType)} is unknown; use ${Object.keys(KEY_MAKERS).join(', ')}`,
    });
  }
  return (await KEY_MAKERS[keyType]()).privateKey;
}
