import {
  SignatureError,
  type SecurityPolicy,
  TrustLevel,
  type VerificationResult,
} from '@truthound/protocols';
import type {
  RootDirectory,
  VerificationChain,
  VerificationChainBuilder,
  readSignatures,
  snapshotPlugin,
  verifyAndSnapshot,
} from '@truthound/signing';
import type { ResolvedConfig } from '../config/enterprise-config.ts';
import type { PluginVerifier, PreparedVersion } from './prepared-version.ts';

type VerifyOptions = Parameters<PluginVerifier['verify']>[0];
type Verified = Awaited<ReturnType<PluginVerifier['verify']>>;

/** What verification is done with. */
export interface VerificationParts {
  readonly config: ResolvedConfig;
  readonly trustStore: RootDirectory;
  readonly createChainBuilder: () => VerificationChainBuilder;
  readonly readSignatures: typeof readSignatures;
  readonly snapshotPlugin: typeof snapshotPlugin;
  readonly verifyAndSnapshot: typeof verifyAndSnapshot;
}

/** Verifies by the policy's demands on signatures and signers, against a trust store. */
export class SignatureVerification implements PluginVerifier {
  readonly #parts: VerificationParts;

  constructor(parts: VerificationParts) {
    this.#parts = parts;
  }

  async verify({ pluginId, pluginPath, policy, signal }: VerifyOptions): Promise<Verified> {
    const { config } = this.#parts;
    const options = { pluginPath, storeDir: config.cacheDir, ...(signal === undefined ? {} : { signal }) };
    if (!config.requireSignature) {
      const { path, digest } = await this.#parts.snapshotPlugin(options);
      return { snapshotPath: path, digest, verification: undefined };
    }
    const signatures = await this.#parts.readSignatures(pluginPath);
    const { result, snapshot } = await this.#parts.verifyAndSnapshot({
      ...options,
      chain: this.#chainFor(policy),
      // Without any, the chain looks for itself, and says what is missing.
      ...(signatures.length === 0 ? {} : { signatures }),
    });
    if (!result.isValid || snapshot === undefined) throw toError(result, pluginId);
    return { snapshotPath: snapshot.path, digest: snapshot.digest, verification: result, signatures };
  }

  async verifyAgain({
    manifest,
    policy,
    snapshotPath,
    signatures,
  }: PreparedVersion): Promise<VerificationResult> {
    const result = await this.#chainFor(policy).verify({ pluginPath: snapshotPath, signatures });
    if (!result.isValid) throw toError(result, manifest.id);
    return result;
  }

  #chainFor(policy: SecurityPolicy): VerificationChain {
    const { trustStore, createChainBuilder } = this.#parts;
    return (
      createChainBuilder()
        .withIntegrityCheck()
        .withExpirationCheck(policy.signatureMaxAgeDays > 0 ? { maxAgeDays: policy.signatureMaxAgeDays } : {})
        // Where one signer is not enough, one implementation of Ed25519 is not either.
        .withSignatureCheck({ secondOpinion: policy.requiredSignatures > 1 })
        .withTrustCheck(trustStore, {
          requiredTrustLevel: policy.requireTrustedSigner ? TrustLevel.TRUSTED : TrustLevel.VERIFIED,
        })
        .withChainCheck(trustStore)
        .withThreshold(Math.max(policy.requiredSignatures, 1))
        .build()
    );
  }
}

/** The first error where there is one, which names its file or signer; with the others as its companions. */
function toError(result: VerificationResult, pluginId: string): Error {
  const [first, ...others] = result.errors;
  if (first === undefined)
    return new SignatureError(`plugin "${pluginId}" was not verified: the verdict is "${result.verdict}"`, {
      pluginId,
    });
  if (others.length === 0) return first;
  return new SignatureError(
    `plugin "${pluginId}" is ${result.verdict}: ${result.errors.map(({ message }) => message).join('; ')}`,
    { pluginId },
    { cause: new AggregateError(result.errors) },
  );
}
