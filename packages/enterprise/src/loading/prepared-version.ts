import type { PluginManifest, SecurityPolicy, SignatureInfo, VerificationResult } from '@truthound/protocols';

/** One version of a plugin, verified and copied to where nobody can change it. None of its code has run. */
export interface PreparedVersion {
  /** The folder it was discovered in. */
  readonly sourcePath: string;
  /** The snapshot that its code is loaded from. */
  readonly snapshotPath: string;
  /** SHA-256 of its files, as signed. */
  readonly digest: string;
  /** Read from the snapshot, not from the folder. */
  readonly manifest: PluginManifest;
  /** What it may do. */
  readonly policy: SecurityPolicy;
  /** `undefined` where no signature is required. */
  readonly verification: VerificationResult | undefined;
  /** The signatures that were verified. */
  readonly signatures: readonly SignatureInfo[];
}

/** Verifies a plugin's files and makes a snapshot of them, in one pass. Rejects where they are not what they should be. */
export interface PluginVerifier {
  verify(options: {
    readonly pluginId: string;
    readonly pluginPath: string;
    readonly policy: SecurityPolicy;
    readonly signal?: AbortSignal | undefined;
  }): Promise<{
    readonly snapshotPath: string;
    readonly digest: string;
    readonly verification: VerificationResult | undefined;
    /** What was verified, for `verifyAgain`. @defaultValue none */
    readonly signatures?: readonly SignatureInfo[];
  }>;
  /**
   * Verifies what runs already, after the trust store has changed.
   * A verifier without it lets plugins run on until they are loaded again.
   * @throws why the plugin is trusted no more
   */
  verifyAgain?(prepared: PreparedVersion): Promise<VerificationResult>;
}
