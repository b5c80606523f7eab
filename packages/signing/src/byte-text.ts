/**
 * Bytes as text and back, with exactly one accepted spelling. Runs without `node:` imports.
 *
 * `Buffer.from(text, 'base64')` ignores what it does not understand, so many texts give the same bytes. A
 * signature file must not have spellings that differ and verify alike: decoding re-encodes and compares.
 *
 * @module
 */

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const CHUNK = 0x80_00;

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 `bytes`. @throws TypeError when they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}

/** Base64 of RFC 4648 §4, with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}

/** The bytes of canonical base64; `undefined` for any other text. */
export function fromBase64(text: string): Uint8Array | undefined {
  return decodeNatively === undefined ? decodeByHand(text) : decodeNatively(text);
}

/** `Uint8Array.fromBase64` (ECMAScript 2026), where there is one: many times as fast. */
const decodeNatively = ((): typeof decodeByHand | undefined => {
  const decode: unknown = Reflect.get(Uint8Array, 'fromBase64');
  if (typeof decode !== 'function') return undefined;
  return (text) => {
    try {
      const bytes: unknown = decode.call(Uint8Array, text, { lastChunkHandling: 'strict' });
      // It skips white space, which then shows in the length.
      const isWhole = bytes instanceof Uint8Array && text.length === Math.ceil(bytes.length / 3) * 4;
      return isWhole ? bytes : undefined;
    } catch {
      return undefined;
    }
  };
})();

/** The same by what every browser and every Node has. */
export function decodeByHand(text: string): Uint8Array | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  if (btoa(binary) !== text) return undefined;
  const bytes = new Uint8Array(binary.length);
  // A loop: for megabytes, a callback per byte takes ten times as long.
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether both hold the same bytes. For public values only: it stops at the first difference. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}
