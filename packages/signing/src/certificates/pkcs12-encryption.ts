/**
 * Encryption by passphrase inside PKCS#12: PBES2 with PBKDF2 and AES-CBC (RFC 8018), by node:crypto.
 *
 * Older files use RC2 or triple DES with a derivation of their own; those are refused, with the command
 * that converts them. The number of iterations is bounded: it is the file's to say and ours to spend.
 *
 * @module
 */
import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import {
  type Asn1,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  smallInteger,
} from './asn1-writer.ts';
import { DerFault } from './der-fault.ts';
import { DerTag } from './der-tag.ts';
import { expectTag, readObjectIdentifier, readSequence, readSmallInteger } from './der-values.ts';
import { Pkcs12Id } from './object-identifiers.ts';
import { type DerElement, contentOf } from './read-der.ts';
import { readAlgorithm } from './signature-algorithms.ts';

/** OWASP's figure for PBKDF2 with HMAC-SHA-256, 2023. */
const ITERATIONS = 600_000;
/** About ten seconds. */
const MAX_ITERATIONS = 10_000_000;
const CONVERT =
  'convert it with "openssl pkcs12 -legacy -in old.p12 -nodes | openssl pkcs12 -export -out new.p12"';

const CIPHERS: ReadonlyMap<string, { readonly name: string; readonly keyOctets: number }> = new Map([
  ['2.16.840.1.101.3.4.1.2', { name: 'aes-128-cbc', keyOctets: 16 }],
  ['2.16.840.1.101.3.4.1.22', { name: 'aes-192-cbc', keyOctets: 24 }],
  [Pkcs12Id.AES_256_CBC, { name: 'aes-256-cbc', keyOctets: 32 }],
]);

/** HMAC-SHA-1 is the default of the format, and not weak in this place. */
const DEFAULT_HASH = 'sha1';
const HASHES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.7', DEFAULT_HASH],
  [Pkcs12Id.HMAC_SHA256, 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
]);

const derive = promisify(pbkdf2);

/** Encrypts with a fresh salt and a key of 600,000 iterations. */
export async function encryptWithPassphrase(
  plain: Uint8Array,
  passphrase: string,
): Promise<{ readonly algorithm: Asn1; readonly encrypted: Buffer }> {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const key = await derive(passphrase, salt, ITERATIONS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const hash = sequence(objectIdentifier(Pkcs12Id.HMAC_SHA256), nullValue());
  const derivation = sequence(
    objectIdentifier(Pkcs12Id.PBKDF2),
    sequence(octetString(salt), smallInteger(ITERATIONS), hash),
  );
  const encryption = sequence(objectIdentifier(Pkcs12Id.AES_256_CBC), octetString(iv));
  return {
    algorithm: sequence(objectIdentifier(Pkcs12Id.PBES2), sequence(derivation, encryption)),
    encrypted,
  };
}

/** Decrypts what an AlgorithmIdentifier describes. @throws DerFault for another method, or a wrong passphrase. */
export async function decryptWithPassphrase(
  algorithm: DerElement | undefined,
  encrypted: Uint8Array,
  passphrase: string,
): Promise<Buffer> {
  const { identifier, parameters } = readAlgorithm(algorithm, 'the encryption');
  if (identifier !== Pkcs12Id.PBES2) {
    throw new DerFault(`it is encrypted with ${identifier}, not PBES2; ${CONVERT}`, algorithm);
  }
  const [derivation, encryption] = readSequence(parameters, 'the PBES2 parameters', { min: 2, max: 2 });
  const cipher = readCipher(encryption);
  const { salt, iterations, hash } = readDerivation(derivation);
  const key = await derive(passphrase, salt, iterations, cipher.keyOctets, hash);
  const decipher = createDecipheriv(cipher.name, key, cipher.iv);
  try {
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  } catch {
    throw new DerFault('it cannot be decrypted', algorithm);
  }
}

function readCipher(element: DerElement | undefined): {
  readonly name: string;
  readonly keyOctets: number;
  readonly iv: Uint8Array;
} {
  const { identifier, parameters } = readAlgorithm(element, 'the cipher');
  const cipher = CIPHERS.get(identifier);
  if (cipher === undefined) throw new DerFault(`the cipher ${identifier} is not AES-CBC`, element);
  const iv = contentOf(expectTag(parameters, DerTag.OCTET_STRING, 'the initialization vector'));
  if (iv.length !== 16) throw new DerFault('the initialization vector is not 16 bytes long', element);
  return { ...cipher, iv };
}

function readDerivation(element: DerElement | undefined): {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly hash: string;
} {
  const { identifier, parameters } = readAlgorithm(element, 'the key derivation');
  if (identifier !== Pkcs12Id.PBKDF2) {
    throw new DerFault(`the key derivation ${identifier} is not PBKDF2`, element);
  }
  const [salt, count, ...rest] = readSequence(parameters, 'the PBKDF2 parameters', { min: 2, max: 4 });
  if (count === undefined) throw new DerFault('the number of iterations is missing', element);
  const hashElement = rest.find(({ tag }) => tag === DerTag.SEQUENCE);
  return {
    salt: contentOf(expectTag(salt, DerTag.OCTET_STRING, 'the salt')),
    iterations: readIterations(count),
    hash: hashElement === undefined ? DEFAULT_HASH : readHash(hashElement),
  };
}

/** @throws DerFault unless the number lies between 1 and {@link MAX_ITERATIONS}. */
export function readIterations(element: DerElement): number {
  const iterations = readSmallInteger(element, 'the number of iterations');
  if (iterations < 1 || iterations > MAX_ITERATIONS) {
    throw new DerFault(`${iterations} iterations are not between 1 and ${MAX_ITERATIONS}`, element.start);
  }
  return iterations;
}

function readHash(element: DerElement): string {
  const [identifierElement] = readSequence(element, 'the hash of the key derivation', { min: 1, max: 2 });
  const identifier = readObjectIdentifier(identifierElement, 'the hash of the key derivation');
  const name = HASHES.get(identifier);
  if (name === undefined) throw new DerFault(`the hash ${identifier} is not supported`, element.start);
  return name;
}
