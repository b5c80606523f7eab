import { CertificateError } from '@truthound/protocols';
import { type VerifyTimestampOptions, verifyTimestamp } from '../timestamps/verify-timestamp.ts';
import type {
  Candidate,
  Finding,
  StepAnswer,
  VerificationRun,
  VerificationStep,
} from './verification-run.ts';

/** Whose time-stamps count. Authorities of plugins' signers should not be among the roots: they could date signatures back. */
export type TimestampOptions = Pick<
  VerifyTimestampOptions,
  'roots' | 'intermediates' | 'crls' | 'requireCrls'
>;

/**
 * Finds out when signatures were made, where they carry a time-stamp (RFC 3161) of a trusted authority.
 *
 * All other steps judge expiry by that time. A time-stamp that is false ends the verification, as a false signature does; one of an
 * unknown authority merely does not count, since whoever added it could have left it out.
 */
export class TimestampVerifier implements VerificationStep {
  readonly name = 'timestamp';
  readonly #options: TimestampOptions;
  readonly #falseTokens = new WeakMap<VerificationRun, readonly Finding[]>();

  /** @throws TypeError for no roots */
  constructor(options: TimestampOptions) {
    if (!Array.isArray(options.roots) || options.roots.length === 0)
      throw new TypeError('the timestamp step needs the root certificates of time-stamping authorities');
    this.#options = { ...options };
  }

  /** Dates the signatures. Runs before all steps, wherever this one stands. */
  open(run: VerificationRun): void {
    const findings = run.candidates.map((candidate) => this.#date(run, candidate));
    this.#falseTokens.set(
      run,
      findings.filter((finding) => finding !== undefined),
    );
  }

  check(run: VerificationRun): StepAnswer {
    for (const finding of this.#falseTokens.get(run) ?? []) run.fail(finding);
    const times = run.counting.flatMap(({ trustedTime }) => trustedTime?.time.toISOString() ?? []);
    return times.length === 0
      ? { detail: 'no signature has a time-stamp that counts: expiry is judged now', skipped: true }
      : { detail: `signed at or before ${times.join(', ')}` };
  }

  #date(run: VerificationRun, candidate: Candidate): Finding | undefined {
    const { envelope, statement } = candidate;
    if (envelope?.timestampToken === undefined || statement === undefined) return undefined;
    const result = verifyTimestamp({
      ...this.#options,
      token: envelope.timestampToken,
      data: envelope.signature,
      now: run.now,
    });
    if (result.isValid) {
      candidate.trustedTime = result;
      return undefined;
    }
    const [error] = result.errors;
    if (!(error instanceof CertificateError))
      return { error, remedy: 'have the signature time-stamped again (truthound-sign timestamp)' };
    run.warnings.push(
      `the time-stamp of the signature by "${statement.signer.id}" does not count, its authority is not trusted: ${error.message}`,
    );
    return undefined;
  }
}
