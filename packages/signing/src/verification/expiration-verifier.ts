import { InvalidSignatureError, SignatureExpiredError } from '@truthound/protocols';
import {
  type Candidate,
  type StepAnswer,
  type VerificationRun,
  type VerificationStep,
  expiryTimeOf,
  pluginIdOf,
} from './verification-run.ts';
import { counted } from '../counted.ts';

const DAY_MS = 86_400_000;
/** How far clocks may differ before "signed in the future" is believed. */
export const CLOCK_SKEW_MS: number = 5 * 60_000;

/** How {@link ExpirationVerifier} judges. */
export interface ExpirationOptions {
  /** Oldest signature that counts, in days. @defaultValue 0, no limit */
  readonly maxAgeDays?: number | undefined;
}

/** Lets only signatures count that are not expired, not too old and not from the future. */
export class ExpirationVerifier implements VerificationStep {
  readonly name = 'expiration';
  readonly #maxAgeDays: number;

  /** @throws RangeError for a negative or unreal `maxAgeDays` */
  constructor({ maxAgeDays = 0 }: ExpirationOptions = {}) {
    if (!(maxAgeDays >= 0))
      throw new RangeError(`maxAgeDays must be 0 (no limit) or more, not ${maxAgeDays}`);
    this.#maxAgeDays = maxAgeDays;
  }

  check(run: VerificationRun): StepAnswer {
    for (const candidate of run.counting) this.#checkOne(run, candidate);
    const limit = this.#maxAgeDays === 0 ? '' : `, none is older than ${this.#maxAgeDays} days`;
    const inTime = counted(
      run.counting.length,
      'signature is within its time',
      'signatures are within their time',
    );
    return { detail: `${inTime}${limit}` };
  }

  #checkOne(run: VerificationRun, candidate: Candidate): void {
    const { statement } = candidate;
    if (statement === undefined) return;
    const { createdAt, signer } = statement;
    const facts = { pluginId: pluginIdOf(candidate), signerId: signer.id };
    const times = { expected: `at or before ${run.now.toISOString()}`, seen: createdAt.toISOString() };
    const madeBy = candidate.trustedTime?.time ?? run.now;
    if (createdAt.getTime() > madeBy.getTime() + CLOCK_SKEW_MS) {
      const seen = candidate.trustedTime === undefined ? 'in the future' : 'after its time-stamp';
      const reason = `it was made ${seen}, at ${createdAt.toISOString()}`;
      const error = new InvalidSignatureError({ ...facts, algorithm: signer.algorithm, reason });
      run.fail({ error, ...times, remedy: 'set the clocks of the signer and of this machine' });
      return;
    }
    const end = this.#findEnd(run, candidate);
    if (end === undefined) return;
    const error = new SignatureExpiredError({
      ...facts,
      expiredAt: end.at,
      signedAt: createdAt,
      reason: end.reason,
    });
    run.reject(candidate, { error, ...times, remedy: 'ask the signer to sign the plugin again' });
  }

  /**
   * Which end has passed, the signer's own or the policy's. The signer's is judged when the signature was made, if that is attested.
   * Its age is not: a late time-stamp would make an old signature young again.
   */
  #findEnd(run: VerificationRun, candidate: Candidate): End | undefined {
    const { createdAt, expiresAt } = candidate.statement ?? {};
    const ends: (End & { readonly judgedAt: Date })[] = [];
    if (expiresAt !== undefined)
      ends.push({ at: expiresAt, reason: 'as its signer set', judgedAt: expiryTimeOf(run, candidate) });
    if (createdAt !== undefined && this.#maxAgeDays !== 0 && this.#maxAgeDays !== Infinity) {
      const at = new Date(createdAt.getTime() + this.#maxAgeDays * DAY_MS);
      const reason = `since signatures count for ${this.#maxAgeDays} days here`;
      ends.push({ at, reason, judgedAt: run.now });
    }
    return ends
      .filter(({ at, judgedAt }) => judgedAt.getTime() >= at.getTime())
      .sort((a, b) => a.at.getTime() - b.at.getTime())[0];
  }
}

/** When something ceased to count, and by whose decision. */
interface End {
  readonly at: Date;
  readonly reason: string;
}
