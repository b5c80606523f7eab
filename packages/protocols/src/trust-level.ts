/** How far a signer or a certificate is trusted. */
export const TrustLevel = {
  /** Its signatures count everywhere, also where a policy asks for a trusted signer. */
  TRUSTED: 'trusted',
  /** Known, and its signatures are checked, but not enough where `requireTrustedSigner` is set. */
  VERIFIED: 'verified',
  /** Not in the trust store: nothing it signed can be checked. */
  UNKNOWN: 'unknown',
  /** Withdrawn: nothing it signed counts. */
  REVOKED: 'revoked',
} as const;
Object.freeze(TrustLevel);

/** One of the values of the {@link TrustLevel} object. */
export type TrustLevel = (typeof TrustLevel)[keyof typeof TrustLevel];
