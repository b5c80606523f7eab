import { ReloadError, SandboxError } from '@truthound/protocols';
import { type Flaw, becomesHealthy } from './flawed-versions.ts';

/** A version as it tells of itself. */
interface RunningVersion {
  readonly round: number;
  readonly flaw: Flaw;
}

type Outcome = 'pending' | 'answered' | 'aborted' | 'crashed' | 'lost';

/** What became of all calls. */
export interface LedgerReport {
  readonly calls: number;
  readonly answered: number;
  /** Cut off by a reload that said so to the caller. */
  readonly aborted: number;
  /** Were in a version when that crashed, and the caller was told. */
  readonly crashed: number;
  /** Neither answered nor told what became of them, or answered wrongly. */
  readonly lost: number;
  /** Ran more than once, or were answered and never ran. */
  readonly doubled: number;
  /** Ran in, or were answered by, a version that was never found healthy. */
  readonly byUnhealthy: number;
  /** Answered by another version than the one that ran them. */
  readonly changedVersion: number;
  /** How long half, and how long all but one in a hundred, of the answered calls took. */
  readonly answerMs: { readonly p50: number; readonly p99: number };
  /** The first few of what should not be. */
  readonly complaints: readonly string[];
}

/**
 * Every call by its token: how often and where it ran, as the plugins tell, and how it ended, as the callers see
 * it. There are millions of them, so that each is a place in a few lists and not an object.
 */
export class CallLedger {
  readonly #outcomes: Outcome[] = [];
  readonly #runs: number[] = [];
  readonly #rounds: number[] = [];
  readonly #openedAtMs: number[] = [];
  readonly #answerMs: number[] = [];
  readonly #flawOfRound = new Map<number, Flaw>();
  readonly #complaints: string[] = [];
  #changedVersion = 0;
  #byUnhealthy = 0;

  /** A new token. */
  open(): number {
    this.#runs.push(0);
    this.#rounds.push(0);
    this.#openedAtMs.push(performance.now());
    return this.#outcomes.push('pending') - 1;
  }

  /** A plugin says that it runs a call. */
  readonly ran = (token: unknown, version: unknown): void => {
    const { round, flaw } = version as RunningVersion;
    this.#runs[Number(token)]! += 1;
    this.#rounds[Number(token)] = round;
    this.#flawOfRound.set(round, flaw);
    if (!becomesHealthy(flaw)) this.#byUnhealthy += 1;
  };

  answered(token: number, answer: unknown): void {
    const { token: answeredToken, round } = answer as { readonly token: unknown; readonly round: unknown };
    const isRight = answeredToken === token;
    this.#answerMs.push(performance.now() - this.#openedAtMs[token]!);
    this.#outcomes[token] = isRight ? 'answered' : 'lost';
    if (!isRight) this.#complain(`call ${String(token)} got ${JSON.stringify(answer)}`);
    if (this.#rounds[token] !== round) this.#changedVersion += 1;
  }

  failed(token: number, error: unknown): void {
    const round = this.#rounds[token]!;
    const hasRun = this.#runs[token]! > 0;
    const mayCrash = !hasRun || this.#flawOfRound.get(round) === 'crashes in bake';
    if (error instanceof ReloadError && error.step === 'interrupted') this.#outcomes[token] = 'aborted';
    else if (error instanceof SandboxError && mayCrash) this.#outcomes[token] = 'crashed';
    else {
      this.#outcomes[token] = 'lost';
      this.#complain(`call ${String(token)} in round ${String(round)}: ${String(error)}`);
    }
  }

  report(): LedgerReport {
    const counts = new Map<Outcome, number>();
    let doubled = 0;
    for (const [token, outcome] of this.#outcomes.entries()) {
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      const runs = this.#runs[token]!;
      if (runs > 1 || (outcome === 'answered' && runs === 0)) doubled += 1;
    }
    const times = this.#answerMs.toSorted((a, b) => a - b);
    const quantile = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
    const count = (outcome: Outcome): number => counts.get(outcome) ?? 0;
    return {
      calls: this.#outcomes.length,
      answered: count('answered'),
      aborted: count('aborted'),
      crashed: count('crashed'),
      lost: count('lost') + count('pending'),
      doubled,
      byUnhealthy: this.#byUnhealthy,
      changedVersion: this.#changedVersion,
      answerMs: { p50: quantile(0.5), p99: quantile(0.99) },
      complaints: this.#complaints,
    };
  }

  #complain(complaint: string): void {
    if (this.#complaints.length < 20) this.#complaints.push(complaint);
  }
}
