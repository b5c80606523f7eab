import { createCipheriv, createHash, pbkdf2Sync } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Asn1,
  encode,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  smallInteger,
  tagged,
} from '../../src/certificates/asn1-writer.ts';
import {
  type GeneratedCertificate,
  generateCertificate,
} from '../../src/certificates/generate-certificate.ts';
import { importPkcs12 } from '../../src/certificates/import-pkcs12.ts';
import { Pkcs12Id } from '../../src/certificates/object-identifiers.ts';
import { parseCertificate } from '../../src/certificates/parse-certificate.ts';
import { computePkcs12Mac } from '../../src/certificates/pkcs12-mac.ts';
import { newKey } from './test-authority.ts';

const PASSPHRASE = 'pässphrase';
const SALT = Buffer.alloc(8, 1);
const IV = Buffer.alloc(16, 2);
let own: GeneratedCertificate;

beforeAll(async () => {
  own = await generateCertificate({ subject: 'Signer' });
});

const id = objectIdentifier;
const plain = (octets: Uint8Array, type: string = Pkcs12Id.DATA): Asn1 =>
  sequence(id(type), tagged(0, octetString(octets)));
const bag = (type: string, value: Asn1): Asn1 => sequence(id(type), tagged(0, value));
const bagsOf = (...bags: readonly Asn1[]): Asn1 => plain(encode(sequence(...bags)));

function certificateBag(form: string = Pkcs12Id.X509_CERTIFICATE): Asn1 {
  const { der } = parseCertificate(own.certificate);
  return bag(Pkcs12Id.CERTIFICATE_BAG, sequence(id(form), tagged(0, octetString(der))));
}

interface Encryption {
  readonly scheme?: string;
  readonly derivation?: string;
  readonly hash?: { readonly identifier: string; readonly name: string } | undefined;
  readonly cipher?: { readonly identifier: string; readonly name: string; readonly keyOctets: number };
  readonly iv?: Buffer;
  readonly iterations?: Asn1;
}

/** A key bag that says what its parts are told to say. */
function keyBag(key: Uint8Array, options: Encryption = {}): Asn1 {
  const { hash = { identifier: Pkcs12Id.HMAC_SHA256, name: 'sha256' } } = options;
  const { cipher = { identifier: Pkcs12Id.AES_256_CBC, name: 'aes-256-cbc', keyOctets: 32 } } = options;
  const hashElement =
    'hash' in options && options.hash === undefined ? [] : [sequence(id(hash.identifier), nullValue())];
  const hashName = hashElement.length === 0 ? 'sha1' : hash.name;
  const derived = pbkdf2Sync(PASSPHRASE, SALT, 10, cipher.keyOctets, hashName);
  const encryptor = createCipheriv(cipher.name, derived, IV);
  const encrypted = Buffer.concat([encryptor.update(key), encryptor.final()]);
  const parameters = sequence(octetString(SALT), options.iterations ?? smallInteger(10), ...hashElement);
  const algorithm = sequence(
    id(options.scheme ?? Pkcs12Id.PBES2),
    sequence(
      sequence(id(options.derivation ?? Pkcs12Id.PBKDF2), parameters),
      sequence(id(cipher.identifier), octetString(options.iv ?? IV)),
    ),
  );
  return bag(Pkcs12Id.KEY_BAG, sequence(algorithm, octetString(encrypted)));
}

interface FileParts {
  readonly version?: number;
  readonly contents?: readonly Asn1[];
  readonly outerType?: string;
  readonly macHash?: string;
  readonly withMac?: boolean;
}

function assembleFile({
  version = 3,
  contents = [],
  outerType,
  macHash = Pkcs12Id.SHA256,
  withMac = true,
}: FileParts): Buffer {
  const safe = encode(sequence(...contents));
  const mac = computePkcs12Mac(safe, { passphrase: PASSPHRASE, salt: SALT, iterations: 5 });
  const macData = sequence(
    sequence(sequence(id(macHash), nullValue()), octetString(mac)),
    octetString(SALT),
    smallInteger(5),
  );
  return encode(sequence(smallInteger(version), plain(safe, outerType), ...(withMac ? [macData] : [])));
}

const pkcs8 = (): Buffer => Buffer.from(own.privateKey.replaceAll(/-----.*-----|\n/gu, ''), 'base64');

describe('a hand-made PKCS#12 file', () => {
  test.each<{ readonly name: string; readonly options: Encryption }>([
    { name: 'AES-256 and SHA-256', options: {} },
    { name: 'the default hash, SHA-1', options: { hash: undefined } },
    { name: 'SHA-512', options: { hash: { identifier: '1.2.840.113549.2.11', name: 'sha512' } } },
    {
      name: 'AES-128',
      options: { cipher: { identifier: '2.16.840.1.101.3.4.1.2', name: 'aes-128-cbc', keyOctets: 16 } },
    },
  ])('is read with $name', async ({ options }) => {
    const file = assembleFile({ contents: [bagsOf(keyBag(pkcs8(), options)), bagsOf(certificateBag())] });
    expect(await importPkcs12(file, PASSPHRASE)).toMatchObject({
      privateKey: own.privateKey,
      certificate: own.certificate,
    });
  });

  const refused: readonly {
    readonly name: string;
    readonly parts: () => FileParts;
    readonly reason: RegExp;
  }[] = [
    { name: 'version 2', parts: () => ({ version: 2 }), reason: /version is not 3/u },
    { name: 'no integrity check', parts: () => ({ withMac: false }), reason: /no integrity check/u },
    {
      name: 'an integrity check by SHA-1',
      parts: () => ({ macHash: '1.3.14.3.2.26' }),
      reason: /-macalg sha256/u,
    },
    {
      name: 'a signed envelope',
      parts: () => ({ outerType: '1.2.840.113549.1.7.2' }),
      reason: /neither plain nor/u,
    },
    {
      name: 'no key',
      parts: () => ({ contents: [bagsOf(certificateBag())] }),
      reason: /holds 0 keys, not one/u,
    },
    {
      name: 'two keys',
      parts: () => ({ contents: [bagsOf(keyBag(pkcs8()), keyBag(pkcs8()), certificateBag())] }),
      reason: /holds 2 keys, not one/u,
    },
    {
      name: 'no certificate',
      parts: () => ({ contents: [bagsOf(keyBag(pkcs8()))] }),
      reason: /no certificate of its key/u,
    },
    {
      name: 'the certificate of another key',
      parts: () => ({
        contents: [bagsOf(keyBag(newKey().export({ type: 'pkcs8', format: 'der' })), certificateBag())],
      }),
      reason: /no certificate of its key/u,
    },
    {
      name: 'a key that is none',
      parts: () => ({ contents: [bagsOf(keyBag(Buffer.of(1, 2)))] }),
      reason: /not a PKCS#8 key/u,
    },
    {
      name: 'a key in the clear',
      parts: () => ({ contents: [bagsOf(bag('1.2.840.113549.1.12.10.1.1', octetString(pkcs8())))] }),
      reason: /neither an encrypted key nor a certificate/u,
    },
    {
      name: 'an SDSI certificate',
      parts: () => ({ contents: [bagsOf(certificateBag('1.2.840.113549.1.9.22.2'))] }),
      reason: /not X\.509/u,
    },
    {
      name: 'an empty wrapper',
      parts: () => ({ contents: [bagsOf(sequence(id(Pkcs12Id.KEY_BAG), tagged(0)))] }),
      reason: /wrapper is malformed/u,
    },
    {
      name: 'another encryption',
      parts: () => ({ contents: [bagsOf(keyBag(pkcs8(), { scheme: '1.2.840.113549.1.12.1.3' }))] }),
      reason: /not PBES2; convert it with/u,
    },
    {
      name: 'another derivation',
      parts: () => ({ contents: [bagsOf(keyBag(pkcs8(), { derivation: '1.2.3' }))] }),
      reason: /is not PBKDF2/u,
    },
    {
      name: 'another hash',
      parts: () => ({
        contents: [bagsOf(keyBag(pkcs8(), { hash: { identifier: '1.2.840.113549.2.5', name: 'md5' } }))],
      }),
      reason: /hash 1\.2\.840\.113549\.2\.5 is not supported/u,
    },
    {
      name: 'triple DES inside PBES2',
      parts: () => ({
        contents: [
          bagsOf(
            keyBag(pkcs8(), {
              cipher: { identifier: '1.2.840.113549.3.7', name: 'aes-256-cbc', keyOctets: 32 },
            }),
          ),
        ],
      }),
      reason: /is not AES-CBC/u,
    },
    {
      name: 'a short vector',
      parts: () => ({ contents: [bagsOf(keyBag(pkcs8(), { iv: Buffer.alloc(8) }))] }),
      reason: /is not 16 bytes long/u,
    },
    {
      name: 'no iteration',
      parts: () => ({ contents: [bagsOf(keyBag(pkcs8(), { iterations: smallInteger(0) }))] }),
      reason: /0 iterations are not between/u,
    },
    {
      name: 'iterations without end',
      parts: () => ({ contents: [bagsOf(keyBag(pkcs8(), { iterations: smallInteger(2_000_000_000) }))] }),
      reason: /2000000000 iterations are not between/u,
    },
  ];

  test.each(refused)('is refused with $name', async ({ parts, reason }) => {
    const read = importPkcs12(assembleFile(parts()), PASSPHRASE);
    await expect(read).rejects.toThrow(InvalidCertificateError);
    await expect(read).rejects.toThrow(reason);
  });

  test('never quotes its key', async () => {
    const secret = createHash('sha256').update('secret').digest();
    const file = assembleFile({ contents: [bagsOf(keyBag(secret))] });
    await expect(importPkcs12(file, PASSPHRASE)).rejects.toSatisfy(
      (error: Error) => !JSON.stringify(error).includes(secret.toString('hex').slice(0, 12)),
    );
  });
});
