/** Object identifiers of time-stamp tokens by name. */

/** RFC 5652, RFC 3161, RFC 5035. */
export const TimestampId = {
  SIGNED_DATA: '1.2.840.113549.1.7.2',
  TST_INFO: '1.2.840.113549.1.9.16.1.4',
  CONTENT_TYPE: '1.2.840.113549.1.9.3',
  MESSAGE_DIGEST: '1.2.840.113549.1.9.4',
  SIGNING_CERTIFICATE: '1.2.840.113549.1.9.16.2.12',
  SIGNING_CERTIFICATE_V2: '1.2.840.113549.1.9.16.2.47',
  /** RFC 3370 §3.2: RSA, with the hash named elsewhere. */
  RSA_ENCRYPTION: '1.2.840.113549.1.1.1',
  SHA256: '2.16.840.1.101.3.4.2.1',
} as const;

/** Hashes that a token may use. SHA-1 and older prove nothing any more. */
export const DIGESTS: ReadonlyMap<string, 'sha256' | 'sha384' | 'sha512'> = new Map([
  [TimestampId.SHA256, 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);
