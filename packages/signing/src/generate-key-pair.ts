import { generateKeyPair as generate, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { SignatureAlgorithm, SignatureError } from '@truthound/protocols';
import { ALGORITHM_FAMILY, loadKey } from './signing-key.ts';

const generateAsync = promisify(generate);

/** A new pair, PEM: the public key as SPKI, the private key as PKCS#8. */
export interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly keyId: string;
}

/** A new secret, for both ends of an HMAC. */
export interface SecretKey {
  /** 256 random bits as text. Used as it stands. */
  readonly secret: string;
  readonly keyId: string;
}

/** How to make a key. */
export interface GenerateKeyPairOptions {
  /** Encrypts the private key (PKCS#8, AES-256-CBC). @defaultValue not encrypted */
  readonly passphrase?: string | undefined;
  /** Bits of an RSA modulus. @defaultValue 3072 */
  readonly rsaBits?: number | undefined;
}

/** What {@link generateKeyPair} makes for an algorithm. */
export type GeneratedKey<Algorithm extends SignatureAlgorithm> = Algorithm extends `HMAC_${string}`
  ? SecretKey
  : KeyPair;

/**
 * Makes a key for `algorithm`.
 *
 * @throws SignatureError for SHA256 and SHA512, which have no key.
 */
export async function generateKeyPair<Algorithm extends SignatureAlgorithm = 'ED25519'>(
  algorithm: Algorithm = SignatureAlgorithm.ED25519 as Algorithm,
  options: GenerateKeyPairOptions = {},
): Promise<GeneratedKey<Algorithm>> {
  return (await generateFor(algorithm, options)) as GeneratedKey<Algorithm>;
}

async function generateFor(
  algorithm: SignatureAlgorithm,
  options: GenerateKeyPairOptions,
): Promise<KeyPair | SecretKey> {
  const family = Object.hasOwn(ALGORITHM_FAMILY, algorithm) ? ALGORITHM_FAMILY[algorithm] : undefined;
  if (family === undefined) {
    throw new SignatureError(
      `${algorithm} has no key: choose ED25519, RSA_SHA256, HMAC_SHA256 or HMAC_SHA512`,
    );
  }
  if (family === 'hmac') {
    const secret = randomBytes(32).toString('base64url');
    return Object.freeze({ secret, keyId: loadKey(secret, { algorithm }).keyId });
  }
  const privateKeyEncoding = {
    type: 'pkcs8' as const,
    format: 'pem' as const,
    ...(options.passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase: options.passphrase }),
  };
  const encodings = {
    publicKeyEncoding: { type: 'spki' as const, format: 'pem' as const },
    privateKeyEncoding,
  };
  const pair =
    family === 'rsa'
      ? await generateAsync('rsa', { modulusLength: options.rsaBits ?? 3072, ...encodings })
      : await generateAsync('ed25519', encodings);
  // Loading it refuses a size that signing would refuse later.
  return Object.freeze({ ...pair, keyId: loadKey(pair.publicKey).keyId });
}
