import { type KeyObject, createPrivateKey } from 'node:crypto';

/** What stands before the 32 bytes of an Ed25519 key in PKCS#8. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The same Ed25519 key on every run, so that kept inputs can name it. It guards nothing. */
export function fixedKey(number: number): KeyObject {
  const key = Buffer.concat([PKCS8_HEAD, Buffer.alloc(32, number)]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}
