import { createPublicKey, randomBytes } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import {
  type Asn1,
  encode,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  tagged,
  taggedPrimitive,
} from './asn1-writer.ts';
import { type PrivateKeyInput, loadPrivateKey, loadSpki } from './certificate-signer.ts';
import { Pkcs12Id } from './object-identifiers.ts';
import { parseCertificate } from './parse-certificate.ts';
import { type ParsedCertificate, internalsOf } from './parsed-certificate.ts';
import { encryptWithPassphrase } from './pkcs12-encryption.ts';
import { computePkcs12Mac } from './pkcs12-mac.ts';

/** A key with its certificate, to be put in one encrypted file. */
export interface ExportPkcs12Options {
  readonly privateKey: PrivateKeyInput;
  readonly certificate: string | Uint8Array | ParsedCertificate;
  /** Issuers to go along, in any order. */
  readonly chain?: readonly (string | Uint8Array | ParsedCertificate)[] | undefined;
  /** At least 8 characters: the file is only as safe as this. */
  readonly passphrase: string;
}

const MIN_PASSPHRASE = 8;
/** Guards against damage; the secrets are guarded by the encryption. */
const MAC_ITERATIONS = 10_000;

/**
 * Writes a PKCS#12 file (RFC 7292): AES-256 and PBKDF2 with 600,000 iterations, for every type of key.
 *
 * @throws InvalidCertificateError when the key is not that of the certificate, or the passphrase is too short.
 */
export async function exportPkcs12(options: ExportPkcs12Options): Promise<Uint8Array> {
  const { passphrase, chain = [] } = options;
  if (typeof passphrase !== 'string' || passphrase.length < MIN_PASSPHRASE) {
    throw new InvalidCertificateError({
      parseError: `passphrase must have at least ${MIN_PASSPHRASE} characters`,
    });
  }
  const certificate = parseCertificate(options.certificate);
  const key = loadPrivateKey(options.privateKey);
  if (Buffer.compare(loadSpki(createPublicKey(key)), internalsOf(certificate).spki) !== 0) {
    throw new InvalidCertificateError({
      certId: certificate.certId,
      parseError: 'privateKey is not its key',
    });
  }
  const label = keyLabel(certificate);
  const bags = [
    certificateBag(certificate, [label]),
    ...chain.map((issuer) => certificateBag(parseCertificate(issuer), [])),
  ];
  const shrouded = await encryptWithPassphrase(key.export({ type: 'pkcs8', format: 'der' }), passphrase);
  const keyBag = safeBag(Pkcs12Id.KEY_BAG, sequence(shrouded.algorithm, octetString(shrouded.encrypted)), [
    label,
  ]);
  const safe = encode(
    sequence(
      await encryptedContent(encode(sequence(...bags)), passphrase),
      plainContent(encode(sequence(keyBag))),
    ),
  );
  return new Uint8Array(encode(sequence(smallInteger(3), plainContent(safe), writeMac(safe, passphrase))));
}

/** Ties key and certificate together for readers that look for it. */
function keyLabel({ keyId }: ParsedCertificate): Asn1 {
  const label = Buffer.from(keyId, 'hex').subarray(0, 20);
  return sequence(objectIdentifier(Pkcs12Id.LOCAL_KEY_ID), setOf(octetString(label)));
}

function safeBag(identifier: string, value: Asn1, attributes: readonly Asn1[]): Asn1 {
  const labels = attributes.length === 0 ? [] : [setOf(...attributes)];
  return sequence(objectIdentifier(identifier), tagged(0, value), ...labels);
}

function certificateBag(certificate: ParsedCertificate, attributes: readonly Asn1[]): Asn1 {
  const value = sequence(
    objectIdentifier(Pkcs12Id.X509_CERTIFICATE),
    tagged(0, octetString(internalsOf(certificate).der)),
  );
  return safeBag(Pkcs12Id.CERTIFICATE_BAG, value, attributes);
}

function plainContent(octets: Uint8Array): Asn1 {
  return sequence(objectIdentifier(Pkcs12Id.DATA), tagged(0, octetString(octets)));
}

async function encryptedContent(octets: Uint8Array, passphrase: string): Promise<Asn1> {
  const { algorithm, encrypted } = await encryptWithPassphrase(octets, passphrase);
  const content = sequence(objectIdentifier(Pkcs12Id.DATA), algorithm, taggedPrimitive(0, encrypted));
  return sequence(objectIdentifier(Pkcs12Id.ENCRYPTED_DATA), tagged(0, sequence(smallInteger(0), content)));
}

function writeMac(safe: Uint8Array, passphrase: string): Asn1 {
  const salt = randomBytes(16);
  const mac = computePkcs12Mac(safe, { passphrase, salt, iterations: MAC_ITERATIONS });
  const digest = sequence(sequence(objectIdentifier(Pkcs12Id.SHA256), nullValue()), octetString(mac));
  return sequence(digest, octetString(salt), smallInteger(MAC_ITERATIONS));
}
