import {
  type SecurityError,
  SignatureError,
  type VerificationHandler,
  type VerificationSubject,
} from '@truthound/protocols';
import { type ChainOptions, ChainVerifier, type RootDirectory } from './chain-verifier.ts';
import { type ExpirationOptions, ExpirationVerifier } from './expiration-verifier.ts';
import { IntegrityVerifier } from './integrity-verifier.ts';
import { type SignatureCheckOptions, SignatureVerifier } from './signature-verifier.ts';
import { type TimestampOptions, TimestampVerifier } from './timestamp-verifier.ts';
import { type SignerDirectory, type TrustOptions, TrustVerifier } from './trust-verifier.ts';
import { VerificationChain } from './verification-chain.ts';
import type { StepAnswer, VerificationRun, VerificationStep } from './verification-run.ts';

/** What a builder has gathered. */
export interface BuilderState {
  readonly steps: readonly VerificationStep[];
  readonly threshold: number;
  readonly now: () => Date;
}

/**
 * Puts a verification chain together. Each method answers a new builder and leaves this one as it was, so a
 * half-built chain can be shared and extended in different ways.
 */
export class VerificationChainBuilder {
  readonly #steps: readonly VerificationStep[];
  readonly #threshold: number;
  readonly #now: () => Date;

  /** `now`: the clock that expiry is judged by. */
  constructor(options: Partial<BuilderState> = {}) {
    this.#steps = options.steps ?? [];
    this.#threshold = options.threshold ?? 1;
    this.#now = options.now ?? (() => new Date());
  }

  /** Files on disk are exactly the signed ones. */
  withIntegrityCheck(): VerificationChainBuilder {
    return this.#with(new IntegrityVerifier());
  }

  /** Signatures are not expired, not older than `maxAgeDays`, and not from the future. */
  withExpirationCheck(options: ExpirationOptions = {}): VerificationChainBuilder {
    return this.#with(new ExpirationVerifier(options));
  }

  /** Signatures are right. A chain without this step never answers that a plugin is valid. */
  withSignatureCheck(options: SignatureCheckOptions = {}): VerificationChainBuilder {
    return this.#with(new SignatureVerifier(options));
  }

  /** Expiry is judged when a signature was made, where a time-stamp (RFC 3161) below `roots` attests that; else now. */
  withTimestampCheck(options: TimestampOptions): VerificationChainBuilder {
    // In front, so that a false time-stamp is reported as that and not as the expiry that it fails to prevent.
    return this.#with(new TimestampVerifier(options), { isFirst: true });
  }

  /** Signers are known, trusted enough, allowed to sign this plugin, and not revoked. */
  withTrustCheck(store: SignerDirectory, options: TrustOptions = {}): VerificationChainBuilder {
    return this.#with(new TrustVerifier(store, options));
  }

  /** Signers' certificates lead to a root of `store`. */
  withChainCheck(store: RootDirectory, options: ChainOptions = {}): VerificationChainBuilder {
    return this.#with(new ChainVerifier(store, options));
  }

  /** At least `count` distinct signers, each with a key of its own. @defaultValue 1 @throws RangeError */
  withThreshold(count: number): VerificationChainBuilder {
    if (!Number.isInteger(count) || count < 1) {
      throw new RangeError(`a threshold is a whole number of at least 1, not ${count}`);
    }
    return new VerificationChainBuilder({ steps: this.#steps, threshold: count, now: this.#now });
  }

  /** A step of your own. It sees statements only after their signatures were verified, where the chain verifies them. */
  withCustomHandler(handler: VerificationHandler): VerificationChainBuilder {
    return this.#with(new CustomStep(handler));
  }

  /** @throws SignatureError for a chain without steps */
  build(): VerificationChain {
    if (this.#steps.length === 0) throw new SignatureError('a verification chain needs at least one step');
    return new VerificationChain(this.#steps, this.#threshold, this.#now);
  }

  #with(step: VerificationStep, { isFirst = false } = {}): VerificationChainBuilder {
    if (step.name === 'threshold' || this.#steps.some(({ name }) => name === step.name)) {
      throw new SignatureError(`the chain already has a step "${step.name}": each step stands once`);
    }
    return new VerificationChainBuilder({
      steps: isFirst ? [step, ...this.#steps] : [...this.#steps, step],
      threshold: this.#threshold,
      now: this.#now,
    });
  }
}

class CustomStep implements VerificationStep {
  readonly name: string;
  readonly #handler: VerificationHandler;

  constructor(handler: VerificationHandler) {
    if (typeof handler.name !== 'string' || handler.name === '' || typeof handler.verify !== 'function') {
      throw new TypeError('a custom handler has a name and a function verify(subject)');
    }
    this.name = handler.name;
    this.#handler = handler;
  }

  async check(run: VerificationRun): Promise<StepAnswer> {
    const errors: unknown = await this.#handler.verify(await subjectOf(run));
    if (!Array.isArray(errors)) throw new TypeError('verify must answer a list of errors, empty for none');
    for (const error of errors as readonly SecurityError[]) run.fail({ error });
    return { detail: 'no objection' };
  }
}

async function subjectOf(run: VerificationRun): Promise<VerificationSubject> {
  const [first] = run.counting;
  return Object.freeze({
    pluginPath: run.pluginPath,
    signatures: run.counting.map(({ info }) => info),
    statement: Object.freeze({ ...first?.statement }),
    files: (await run.scanned)?.files ?? first?.statement?.files ?? [],
    now: run.now,
    context: run.context,
  });
}
