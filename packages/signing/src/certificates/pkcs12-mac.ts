import { octetAt } from '../octet-at.ts';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Hash of the integrity check, with the block and output sizes that RFC 7292 Appendix B.2 calls v and u. */
const HASH = { name: 'sha256', blockOctets: 64, outputOctets: 32 } as const;

/** Purpose byte of a MAC key. */
const MAC_PURPOSE = 3;

/** What a MAC depends on besides the data. */
export interface Pkcs12MacParameters {
  readonly passphrase: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** HMAC-SHA-256 over `data` with a key derived from the passphrase (RFC 7292 §4, Appendix B). */
export function computePkcs12Mac(data: Uint8Array, parameters: Pkcs12MacParameters): Buffer {
  return createHmac(HASH.name, deriveMacKey(parameters)).update(data).digest();
}

/** Whether `mac` is the MAC of `data`; compared in constant time. */
export function isPkcs12Mac(mac: Uint8Array, data: Uint8Array, parameters: Pkcs12MacParameters): boolean {
  const expected = computePkcs12Mac(data, parameters);
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}

/** The derivation of RFC 7292 Appendix B.2 for one block of output, which a SHA-256 key is. */
function deriveMacKey({ passphrase, salt, iterations }: Pkcs12MacParameters): Buffer {
  // A BMPString with its terminator: two octets for each UTF-16 unit, then two zeros.
  const password = Buffer.from(`${passphrase}\u{0}`, 'utf16le').swap16();
  let digest = createHash(HASH.name)
    .update(Buffer.alloc(HASH.blockOctets, MAC_PURPOSE))
    .update(repeatToBlocks(salt))
    .update(repeatToBlocks(password))
    .digest();
  for (let round = 1; round < iterations; round++) digest = createHash(HASH.name).update(digest).digest();
  return digest.subarray(0, HASH.outputOctets);
}

function repeatToBlocks(octets: Uint8Array): Buffer {
  const length = Math.ceil(octets.length / HASH.blockOctets) * HASH.blockOctets;
  return Buffer.from(Uint8Array.from({ length }, (_, index) => octetAt(octets, index % octets.length)));
}
