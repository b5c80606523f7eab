import { TrustLevel } from '@truthound/protocols';
import type { ParsedCertificate } from '../certificates/parsed-certificate.ts';
import { validatePath } from './certificate-path.ts';
import { type SignerDirectory, rejectRevoked, rejectWeak, untrusted, weakerLevel } from './trust-verifier.ts';
import type {
  Candidate,
  Finding,
  StepAnswer,
  VerificationRun,
  VerificationStep,
} from './verification-run.ts';

/** What {@link ChainVerifier} asks of a trust store. `TrustStoreImpl` answers it. */
export interface RootDirectory extends SignerDirectory {
  /** Certificates that a path may end at, with the level that they lend. Revoked ones are not among them. */
  listRoots(): readonly { readonly certificate: ParsedCertificate; readonly trustLevel: TrustLevel }[];
}

/**
 * Traces each signer's certificate to a root of the trust store (RFC 5280 §6, purpose code signing).
 *
 * The leaf's key made the signature, the leaf's common name is the signer, and every certificate of the path is in force. A
 * certificate that merely comes along with a signature lends it nothing.
 */
export class ChainVerifier implements VerificationStep {
  readonly name = 'chain';
  readonly directory: RootDirectory;

  /** @throws TypeError when `store` cannot answer */
  constructor(store: RootDirectory) {
    if (typeof store.listRoots !== 'function') {
      throw new TypeError('the chain step needs a TrustStoreImpl, or a store with listRoots');
    }
    this.directory = store;
  }

  check(run: VerificationRun): StepAnswer {
    let traced = 0;
    for (const candidate of run.counting) {
      if (candidate.certificates.length === 0 || candidate.statement === undefined) continue;
      if (rejectRevoked(run, candidate, this.directory)) continue;
      if (candidate.isAnchored) continue;
      const finding = this.#trace(run, candidate);
      if (finding === undefined) traced += 1;
      // A key that the store knows by itself does not depend on its certificate.
      else if (candidate.keySource === 'certificate') run.reject(candidate, finding);
      else run.warnings.push(finding.error.message);
    }
    return traced === 0
      ? { detail: 'no signature depends on a certificate', skipped: true }
      : { detail: `${traced} certificates lead to a trusted root` };
  }

  #trace(run: VerificationRun, candidate: Candidate): Finding | undefined {
    const [leaf, ...intermediates] = candidate.certificates;
    const signerId = candidate.statement?.signer.id ?? '';
    if (leaf === undefined) return undefined;
    if (leaf.subjectCommonName !== signerId) {
      const reason = `its certificate is for "${leaf.subjectCommonName ?? leaf.subject}"`;
      return {
        error: untrusted(run, candidate, TrustLevel.UNKNOWN, reason),
        expected: leaf.subject,
        seen: signerId,
      };
    }
    const roots = this.directory.listRoots();
    const answer = validatePath(
      leaf,
      intermediates,
      roots.map(({ certificate }) => certificate),
      run.now,
    );
    const root = roots.find(({ certificate }) => certificate.certId === answer.path.at(-1)?.certId);
    if (!answer.isValid || root === undefined) return noPath(run, candidate, answer.errors);
    if (candidate.keySource !== 'certificate') return undefined;
    candidate.isAnchored = true;
    candidate.trustLevel = weakerLevel(
      root.trustLevel,
      this.directory.getSignerCap(signerId) ?? root.trustLevel,
    );
    rejectWeak(run, candidate);
    return undefined;
  }
}

function noPath(run: VerificationRun, candidate: Candidate, errors: readonly Error[]): Finding {
  const reasons = errors.map(({ message }) => message).join('; ');
  const reason = `its certificate has no path to a trusted root: ${reasons}`;
  const error = untrusted(run, candidate, TrustLevel.UNKNOWN, reason, errors[0]);
  return { error, remedy: 'add the root certificate to the trust store, after checking it with its owner' };
}
