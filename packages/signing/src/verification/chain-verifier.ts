import { TrustLevel } from '@truthound/protocols';
import type { ParsedCertificate } from '../certificates/parsed-certificate.ts';
import {
  type ValidateCertificateChainOptions,
  validateCertificateChain,
} from '../certificates/validate-certificate-chain.ts';
import {
  type SignerDirectory,
  anchorDirectly,
  describeRevocation,
  rejectRevoked,
  rejectWeak,
  untrusted,
  weakerLevel,
} from './trust-verifier.ts';
import {
  type Candidate,
  type Finding,
  type StepAnswer,
  type VerificationRun,
  type VerificationStep,
  expiryTimeOf,
  signingTimeOf,
} from './verification-run.ts';
import { counted } from '../counted.ts';

/** A certificate that paths may end at. */
export interface TrustedRoot {
  readonly certificate: ParsedCertificate;
  /** The level that it lends to the signers below it. */
  readonly trustLevel: TrustLevel;
}

/** What {@link ChainVerifier} asks of a trust store. `TrustStoreImpl` answers it. */
export interface RootDirectory extends SignerDirectory {
  /** Authorities that are in force: neither revoked nor of a level that lends nothing. */
  listRoots(): readonly TrustedRoot[];
}

/** How {@link ChainVerifier} judges. */
export type ChainOptions = Pick<ValidateCertificateChainOptions, 'crls' | 'requireCrls'>;

/**
 * Traces each signer's certificate to a root of the trust store (RFC 5280 §6, purpose code signing).
 *
 * The leaf's key made the signature, the leaf's common name is the signer, and every certificate of the path is in force. A
 * certificate that merely comes along with a signature lends it nothing.
 */
export class ChainVerifier implements VerificationStep {
  readonly name = 'chain';
  readonly directory: RootDirectory;
  readonly #options: ChainOptions;

  /** @throws TypeError when `store` cannot answer */
  constructor(store: RootDirectory, options: ChainOptions = {}) {
    if (typeof store.listRoots !== 'function') {
      throw new TypeError('the chain step needs a TrustStoreImpl, or a store with listRoots');
    }
    this.directory = store;
    this.#options = { ...options };
  }

  check(run: VerificationRun): StepAnswer {
    let traced = 0;
    for (const candidate of run.counting) {
      if (candidate.certificates.length === 0 || candidate.statement === undefined) continue;
      if (rejectRevoked(run, candidate, this.directory)) continue;
      if (candidate.keySource === 'certificate' && anchorDirectly(run, candidate, this.directory)) {
        rejectWeak(run, candidate);
        continue;
      }
      const finding = this.#trace(run, candidate);
      if (finding === undefined) traced += 1;
      // A key that the store knows by itself does not depend on its certificate.
      else if (candidate.keySource === 'certificate') run.reject(candidate, finding);
      else run.warnings.push(finding.error.message);
    }
    return traced === 0
      ? { detail: 'no signature depends on a path to a root', skipped: true }
      : { detail: `${counted(traced, 'certificate leads', 'certificates lead')} to a trusted root` };
  }

  #trace(run: VerificationRun, candidate: Candidate): Finding | undefined {
    const [leaf, ...intermediates] = candidate.certificates;
    const { statement } = candidate;
    if (leaf === undefined || statement === undefined) return undefined;
    const signerId = statement.signer.id;
    if (leaf.subjectCommonName !== signerId) {
      const reason = `its certificate is for "${leaf.subjectCommonName ?? leaf.subject}"`;
      const error = untrusted(run, candidate, TrustLevel.UNKNOWN, reason);
      return { error, expected: leaf.subject, seen: signerId };
    }
    const roots = this.directory.listRoots();
    const { isValid, errors, path } = validateCertificateChain({
      ...this.#options,
      leaf,
      intermediates,
      roots: roots.map(({ certificate }) => certificate),
      at: expiryTimeOf(run, candidate),
      crlsAt: run.now,
      purpose: 'codeSigning',
    });
    const root = roots.find(({ certificate }) => certificate.certId === path.at(-1)?.certId);
    if (!isValid || root === undefined) return noPath(run, candidate, errors);
    const revoked = this.#findRevoked(run, candidate, path);
    if (revoked !== undefined) return revoked;
    if (candidate.keySource !== 'certificate') return undefined;
    candidate.isAnchored = true;
    const cap = this.directory.getSignerCap(signerId);
    candidate.trustLevel = weakerLevel(root.trustLevel, cap ?? root.trustLevel);
    rejectWeak(run, candidate);
    return undefined;
  }

  /** Certificates of the path that did not come with the signature, and the keys of all of them. */
  #findRevoked(
    run: VerificationRun,
    candidate: Candidate,
    path: readonly ParsedCertificate[],
  ): Finding | undefined {
    const signedAt = signingTimeOf(run, candidate);
    for (const certificate of path) {
      const subject = { keyId: certificate.keyId, certificates: [certificate], signedAt };
      const revocation = this.directory.findRevocation(subject);
      if (revocation !== undefined) return { error: describeRevocation(run, candidate, revocation) };
    }
    return undefined;
  }
}

function noPath(run: VerificationRun, candidate: Candidate, errors: readonly Error[]): Finding {
  const reasons = errors.map(({ message }) => message).join('; ');
  const reason = `its certificate has no path to a trusted root: ${reasons}`;
  const error = untrusted(run, candidate, TrustLevel.UNKNOWN, reason, errors[0]);
  return {
    error,
    remedy: 'add the root certificate to the trust store, after checking it with its owner',
  };
}
