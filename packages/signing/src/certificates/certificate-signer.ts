/** Private keys that sign certificates, requests and revocation lists. */
import { type KeyObject, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { type Asn1, bitString, encode, nullValue, objectIdentifier, sequence } from './asn1-writer.ts';
import { identifierOf } from './object-identifiers.ts';
import { readPublicKeyFacts } from './public-key-facts.ts';
import { readDer } from './read-der.ts';
import { SIGNATURE_SCHEMES } from './signature-algorithms.ts';
import { findKeyFault } from './key-strength.ts';

/** A private key as PEM text (PKCS#8, PKCS#1 or SEC1), PKCS#8 DER, or a KeyObject. */
export type PrivateKeyInput = string | Uint8Array | KeyObject;

/** A public key as PEM text (SPKI), SPKI DER, or a KeyObject. */
export type PublicKeyInput = string | Uint8Array | KeyObject;

/** Signs to-be-signed parts with one key and one algorithm. */
export interface CertificateSigner {
  /** SubjectPublicKeyInfo of the key. */
  readonly spki: Buffer;
  /** The AlgorithmIdentifier to write, inside and outside. */
  readonly algorithm: Asn1;
  /** SEQUENCE of `tbs`, algorithm and signature. */
  readonly seal: (tbs: Asn1) => Buffer;
}

/** Which algorithm each key signs with: the hash is as strong as the curve. */
const SCHEME_FOR_KEY: ReadonlyMap<string, string> = new Map([
  ['RSA', 'RSA-SHA256'],
  ['P-256', 'ECDSA-SHA256'],
  ['P-384', 'ECDSA-SHA384'],
  ['Ed25519', 'Ed25519'],
]);

const SCHEME_NAMES: ReadonlyMap<string, string> = new Map(
  [...SIGNATURE_SCHEMES].map(([identifier, { name }]) => [identifier, name]),
);

/** @throws InvalidCertificateError when the key cannot be read, or is none that may sign certificates. */
export function createCertificateSigner(privateKey: PrivateKeyInput): CertificateSigner {
  const key = loadPrivateKey(privateKey);
  const spki = exportSpki(createPublicKey(key));
  const { algorithm: keyAlgorithm } = readPublicKeyFacts(readDer(spki));
  const name = SCHEME_FOR_KEY.get(keyAlgorithm);
  const identifier = name && identifierOf(SCHEME_NAMES, name);
  const scheme = identifier && SIGNATURE_SCHEMES.get(identifier);
  if (!identifier || !scheme) {
    throw refuse(
      `a ${keyAlgorithm} key cannot sign certificates; use ${[...SCHEME_FOR_KEY.keys()].join(', ')}`,
    );
  }
  const algorithm = sequence(
    objectIdentifier(identifier),
    ...(scheme.parameters === 'null' ? [nullValue()] : []),
  );
  return {
    spki,
    algorithm,
    seal: (tbs) => encode(sequence(tbs, algorithm, bitString(sign(scheme.hash, encode(tbs), key)))),
  };
}

/** SubjectPublicKeyInfo of a public key. @throws InvalidCertificateError when it cannot be read or is too weak. */
export function loadSpki(publicKey: PublicKeyInput): Buffer {
  return exportSpki(loadPublicKey(publicKey));
}

function exportSpki(key: KeyObject): Buffer {
  const spki = key.export({ type: 'spki', format: 'der' });
  const fault = findKeyFault(readPublicKeyFacts(readDer(spki)));
  if (fault !== undefined) throw refuse(`the key ${fault}`);
  return spki;
}

function isKeyObject(key: unknown): key is KeyObject {
  return typeof key === 'object' && key !== null && !(key instanceof Uint8Array) && 'export' in key;
}

/** @throws InvalidCertificateError; the message never holds the key. */
export function loadPrivateKey(key: PrivateKeyInput): KeyObject {
  if (isKeyObject(key)) {
    if (key.type !== 'private') throw refuse(`a private key is needed, not a ${key.type} one`);
    return key;
  }
  try {
    return typeof key === 'string'
      ? createPrivateKey(key)
      : createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw new InvalidCertificateError(
      { parseError: 'the private key cannot be read as PEM or PKCS#8' },
      { cause },
    );
  }
}

function loadPublicKey(key: PublicKeyInput): KeyObject {
  if (isKeyObject(key)) {
    if (key.type === 'secret') throw refuse('a public key is needed, not a secret one');
    return key.type === 'private' ? createPublicKey(key) : key;
  }
  try {
    return typeof key === 'string'
      ? createPublicKey(key)
      : createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' });
  } catch (cause) {
    throw new InvalidCertificateError(
      { parseError: 'the public key cannot be read as PEM or SPKI' },
      { cause },
    );
  }
}

function refuse(parseError: string): InvalidCertificateError {
  return new InvalidCertificateError({ parseError });
}
