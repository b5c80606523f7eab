export {
  SignatureAlgorithm,
  TrustLevel,
  type SignedFile,
  type TrustedCertificate,
  type VerificationHandler,
  type VerificationResult,
  type VerificationStepReport,
  type VerificationSubject,
  type VerificationVerdict,
} from '@truthound/protocols';
export {
  type GenerateKeyPairOptions,
  type GeneratedKey,
  type KeyPair,
  type SecretKey,
  generateKeyPair,
} from './generate-key-pair.ts';
export {
  type KeyFamily,
  type KeyInput,
  type LoadKeyOptions,
  type SigningKey,
  keyId,
  loadKey,
} from './signing-key.ts';
export { SIGNATURE_FILE } from './file-names.ts';
export { PAYLOAD_TYPE } from './dsse-envelope.ts';
export type { JsonValue } from './canonical-json.ts';
export type { PluginFacts } from './plugin-facts.ts';
export { SignatureInfo } from './signature-info.ts';
export { readSignatures, writeSignatures } from './signature-file.ts';
export { type SignOptions, SigningServiceImpl, type SigningServiceOptions } from './signing-service.ts';
export {
  type AddKeyOptions,
  type RevokeOptions,
  TrustStoreImpl,
  type TrustStoreOptions,
  type TrustedKeySummary,
} from './trust-store.ts';
export { TrustStoreError } from './trust/trust-store-error.ts';
export {
  type ChainOptions,
  ChainVerifier,
  type RootDirectory,
  type TrustedRoot,
} from './verification/chain-verifier.ts';
export { type ExpirationOptions, ExpirationVerifier } from './verification/expiration-verifier.ts';
export { IntegrityVerifier } from './verification/integrity-verifier.ts';
export { MissingSignatureError } from './verification/missing-signature-error.ts';
export {
  type TimestampRequest,
  type TimestampSource,
  addTimestamp,
  timestampRequestFor,
} from './timestamps/add-timestamp.ts';
export {
  type TimestampResult,
  type TrustedTime,
  type VerifyTimestampOptions,
  verifyTimestamp,
} from './timestamps/verify-timestamp.ts';
export { type TimestampOptions, TimestampVerifier } from './verification/timestamp-verifier.ts';
export { type SignatureCheckOptions, SignatureVerifier } from './verification/signature-verifier.ts';
export {
  type Revocation,
  type RevocationSubject,
  type SignerDirectory,
  type TrustOptions,
  TrustVerifier,
  type TrustedKey,
} from './verification/trust-verifier.ts';
export type { ScanForRun, VerificationChain, VerifyOptions } from './verification/verification-chain.ts';
export { VerificationChainBuilder } from './verification/verification-chain-builder.ts';
export {
  type PluginSnapshot,
  type SnapshotOptions,
  type VerifyAndSnapshotOptions,
  snapshotPlugin,
  verifyAndSnapshot,
} from './plugin-snapshot.ts';
export { type SignedDocument, cosignDocument } from './signed-document.ts';
export { signKeyRotation } from './trust/key-rotation.ts';
export { type RevocationEntry, type RevocationList, signRevocationList } from './trust/revocation-list.ts';
export { type TrustRoot, signTrustRoot } from './trust/trust-root.ts';
export { type PruneOptions, pruneSnapshots } from './snapshot/prune-snapshots.ts';
export { parseCertificate } from './certificates/parse-certificate.ts';
export type { ParsedCertificate } from './certificates/parsed-certificate.ts';
export {
  type CertificateKeyType,
  type GenerateCertificateOptions,
  type GeneratedCertificate,
  generateCertificate,
} from './certificates/generate-certificate.ts';
export {
  type IssueCertificateOptions,
  type IssuedCertificate,
  issueCertificate,
} from './certificates/issue-certificate.ts';
export {
  type CertificateChainResult,
  type CertificateInput,
  type ValidateCertificateChainOptions,
  validateCertificateChain,
} from './certificates/validate-certificate-chain.ts';
export {
  type CreateCertificateRequestOptions,
  type ParsedCertificateRequest,
  createCertificateRequest,
  parseCertificateRequest,
} from './certificates/certificate-request.ts';
export { type CreateCrlOptions, type RevokedCertificate, createCrl } from './certificates/create-crl.ts';
export {
  type ParsedCrl,
  type RevocationReason,
  type RevokedEntry,
  parseCrl,
} from './certificates/parse-crl.ts';
export { type ExportPkcs12Options, exportPkcs12 } from './certificates/export-pkcs12.ts';
export { type Pkcs12Content, importPkcs12 } from './certificates/import-pkcs12.ts';
export type { PrivateKeyInput, PublicKeyInput } from './certificates/certificate-signer.ts';
export type { CertificatePurpose } from './certificates/certificate-rules.ts';
export type { SubjectName } from './certificates/subject-name.ts';
export type { NameConstraintsInput } from './certificates/extension-writer.ts';
export type { NameConstraints } from './certificates/extension-values.ts';
export type { GeneralName, GeneralNameType } from './certificates/general-name.ts';
export type { DistinguishedName } from './certificates/distinguished-name.ts';
export type { GeneralNameInput } from './certificates/general-name-writer.ts';
