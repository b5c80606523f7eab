import { createPrivateKey, createPublicKey } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { DerFault } from './der-fault.ts';
import { DerTag, contextTag } from './der-tag.ts';
import { expectTag, readObjectIdentifier, readSequence, readSmallInteger } from './der-values.ts';
import { Pkcs12Id } from './object-identifiers.ts';
import { parseCertificate } from './parse-certificate.ts';
import { type ParsedCertificate, internalsOf } from './parsed-certificate.ts';
import { decryptWithPassphrase, readIterations } from './pkcs12-encryption.ts';
import { isPkcs12Mac } from './pkcs12-mac.ts';
import { type DerElement, type DerLimits, contentOf, readDer } from './read-der.ts';
import { readAlgorithm } from './signature-algorithms.ts';

/** What a PKCS#12 file holds. */
export interface Pkcs12Content {
  /** PEM, PKCS#8, not encrypted. */
  readonly privateKey: string;
  /** PEM; the certificate of that key. */
  readonly certificate: string;
  /** PEM; the other certificates, in the order of the file. */
  readonly chain: readonly string[];
}

const LIMITS: DerLimits = Object.freeze({ maxBytes: 1_048_576, maxDepth: 24, maxElements: 8192 });

interface Bags {
  readonly keys: Buffer[];
  readonly certificates: ParsedCertificate[];
}

/**
 * Reads a PKCS#12 file with one key, encrypted with AES and protected by HMAC-SHA-256, as OpenSSL 3 writes it.
 *
 * @throws InvalidCertificateError when it is malformed or older, or the passphrase is wrong.
 */
export async function importPkcs12(file: Uint8Array, passphrase: string): Promise<Pkcs12Content> {
  try {
    const safe = readProtectedSafe(readDer(new Uint8Array(file), LIMITS), passphrase);
    const bags: Bags = { keys: [], certificates: [] };
    for (const content of readSequence(readDer(safe, LIMITS), 'its list of contents', { max: 16 })) {
      for (const bag of readSequence(await readContents(content, passphrase), 'a content', { max: 64 })) {
        await collectBag(bag, passphrase, bags);
      }
    }
    return describeBags(bags);
  } catch (error) {
    if (!(error instanceof DerFault)) throw error;
    throw new InvalidCertificateError({ parseError: `the PKCS#12 file: ${error.message}` }, { cause: error });
  }
}

function readProtectedSafe(file: DerElement, passphrase: string): Uint8Array {
  const [version, content, macData] = readSequence(file, 'the file', { min: 2, max: 3 });
  if (version === undefined || readSmallInteger(version, 'its version') !== 3) {
    throw new DerFault('its version is not 3', file.start);
  }
  if (macData === undefined) throw new DerFault('it has no integrity check (MAC)', file.start);
  const safe = readPlain(content);
  const [digest, salt, count] = readSequence(macData, 'its integrity check', { min: 3, max: 3 });
  const [algorithm, mac] = readSequence(digest, 'its digest', { min: 2, max: 2 });
  const { identifier } = readAlgorithm(algorithm, 'the hash of its integrity check');
  if (identifier !== Pkcs12Id.SHA256 || count === undefined) {
    throw new DerFault(
      'its integrity check is not HMAC-SHA-256; export it again with "-macalg sha256"',
      file.start,
    );
  }
  const isIntact = isPkcs12Mac(contentOf(expectTag(mac, DerTag.OCTET_STRING, 'its MAC')), safe, {
    passphrase,
    salt: contentOf(expectTag(salt, DerTag.OCTET_STRING, 'its salt')),
    iterations: readIterations(count),
  });
  if (!isIntact) throw new DerFault('the passphrase is wrong, or the file is damaged', file.start);
  return safe;
}

function readPlain(content: DerElement | undefined): Uint8Array {
  const [type, wrapper] = readSequence(content, 'a content', { min: 2, max: 2 });
  if (readObjectIdentifier(type, 'the type of a content') !== Pkcs12Id.DATA) {
    throw new DerFault('a content is neither plain nor encrypted with a passphrase', content);
  }
  return contentOf(expectTag(unwrap(wrapper), DerTag.OCTET_STRING, 'a content'));
}

function unwrap(wrapper: DerElement | undefined): DerElement {
  const [inner, surplus] = expectTag(wrapper, contextTag(0, true), 'a wrapper').children;
  if (inner === undefined || surplus !== undefined) throw new DerFault('a wrapper is malformed', wrapper);
  return inner;
}

async function readContents(content: DerElement, passphrase: string): Promise<DerElement> {
  const [type, wrapper] = readSequence(content, 'a content', { min: 2, max: 2 });
  if (readObjectIdentifier(type, 'the type of a content') !== Pkcs12Id.ENCRYPTED_DATA) {
    return readDer(readPlain(content), LIMITS);
  }
  const [, information] = readSequence(unwrap(wrapper), 'an encrypted content', { min: 2, max: 2 });
  const [, algorithm, encrypted] = readSequence(information, 'an encrypted content', { min: 3, max: 3 });
  const octets = contentOf(expectTag(encrypted, contextTag(0, false), 'an encrypted content'));
  return readDer(await decryptWithPassphrase(algorithm, octets, passphrase), LIMITS);
}

async function collectBag(bag: DerElement, passphrase: string, bags: Bags): Promise<void> {
  const [type, wrapper] = readSequence(bag, 'a bag', { min: 2, max: 3 });
  const identifier = readObjectIdentifier(type, 'the type of a bag');
  const value = unwrap(wrapper);
  if (identifier === Pkcs12Id.KEY_BAG) {
    const [algorithm, encrypted] = readSequence(value, 'an encrypted key', { min: 2, max: 2 });
    const octets = contentOf(expectTag(encrypted, DerTag.OCTET_STRING, 'an encrypted key'));
    bags.keys.push(await decryptWithPassphrase(algorithm, octets, passphrase));
  } else if (identifier === Pkcs12Id.CERTIFICATE_BAG) {
    const [form, wrapped] = readSequence(value, 'a certificate bag', { min: 2, max: 2 });
    if (readObjectIdentifier(form, 'the form of a certificate') !== Pkcs12Id.X509_CERTIFICATE) {
      throw new DerFault('a certificate is not X.509', bag.start);
    }
    bags.certificates.push(
      parseCertificate(contentOf(expectTag(unwrap(wrapped), DerTag.OCTET_STRING, 'a certificate'))),
    );
  } else {
    throw new DerFault(
      `a bag of type ${identifier} is neither an encrypted key nor a certificate`,
      bag.start,
    );
  }
}

function describeBags({ keys, certificates }: Bags): Pkcs12Content {
  const [key, surplus] = keys;
  if (key === undefined || surplus !== undefined)
    throw new DerFault(`it holds ${keys.length} keys, not one`, 0);
  const privateKey = loadKey(key);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const own = certificates.find((certificate) => Buffer.compare(internalsOf(certificate).spki, spki) === 0);
  if (own === undefined) throw new DerFault('it holds no certificate of its key', 0);
  return Object.freeze({
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: own.pem,
    chain: Object.freeze(certificates.filter((certificate) => certificate !== own).map(({ pem }) => pem)),
  });
}

function loadKey(der: Buffer): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    // The cause could quote parts of the key.
    throw new DerFault('its key is not a PKCS#8 key that OpenSSL can load', 0);
  }
}
