/** How a plugin's statement is signed. The values are the names themselves, as they stand in files. */
export const SignatureAlgorithm = {
  /** SHA-256 digest, no key: shows change, proves nobody's signature. Never valid as a signature. */
  SHA256: 'SHA256',
  /** SHA-512 digest, no key: shows change, proves nobody's signature. Never valid as a signature. */
  SHA512: 'SHA512',
  /** HMAC with SHA-256 (RFC 2104): one secret signs and verifies, so both ends must keep it. */
  HMAC_SHA256: 'HMAC_SHA256',
  /** HMAC with SHA-512 (RFC 2104): one secret signs and verifies, so both ends must keep it. */
  HMAC_SHA512: 'HMAC_SHA512',
  /** RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017), keys of 2048 bits or more. */
  RSA_SHA256: 'RSA_SHA256',
  /** Ed25519 (RFC 8032), with the strict checks that make every verifier agree. */
  ED25519: 'ED25519',
} as const;
Object.freeze(SignatureAlgorithm);

/** One of the values of the {@link SignatureAlgorithm} object. */
export type SignatureAlgorithm = (typeof SignatureAlgorithm)[keyof typeof SignatureAlgorithm];
