import { type KeyObject, createPublicKey } from 'node:crypto';
import { InvalidCertificateError } from '@truthound/protocols';

/** Loads a SubjectPublicKeyInfo when first asked for, and keeps it: loading costs as much as a verification. */
export function createKeyLoader(spki: Uint8Array, certId?: string): () => KeyObject {
  let loaded: KeyObject | undefined;
  return () => {
    try {
      loaded ??= createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
      return loaded;
    } catch (cause) {
      throw new InvalidCertificateError({ certId, parseError: 'its public key cannot be loaded' }, { cause });
    }
  };
}
