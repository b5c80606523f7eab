import { ReloadError, SandboxError } from '@truthound/protocols';
import { type Flaw, becomesHealthy } from './flawed-versions.ts';

/** A version as it tells of itself. */
interface RunningVersion {
  readonly round: number;
  readonly flaw: Flaw;
}

interface Entry {
  /** The versions that ran it, one for each time. */
  readonly ranIn: RunningVersion[];
  outcome: 'pending' | 'answered' | 'aborted' | 'crashed' | 'lost';
}

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
  /** The first few of what should not be. */
  readonly complaints: readonly string[];
}

/** Every call by its token: how often and where it ran, as the plugins tell, and how it ended, as the callers see it. */
export class CallLedger {
  readonly #entries: Entry[] = [];
  readonly #complaints: string[] = [];
  #changedVersion = 0;

  /** A new token. */
  open(): number {
    return this.#entries.push({ ranIn: [], outcome: 'pending' }) - 1;
  }

  /** A plugin says that it runs a call. */
  readonly ran = (token: unknown, version: unknown): void => {
    this.#entries[Number(token)]!.ranIn.push(version as RunningVersion);
  };

  answered(token: number, answer: unknown): void {
    const entry = this.#entries[token]!;
    const { token: answeredToken, round } = answer as { readonly token: unknown; readonly round: unknown };
    entry.outcome = answeredToken === token ? 'answered' : 'lost';
    if (entry.outcome === 'lost') this.#complain(`call ${String(token)} got ${JSON.stringify(answer)}`);
    if (entry.ranIn.at(-1)?.round !== round) this.#changedVersion += 1;
  }

  failed(token: number, error: unknown): void {
    const entry = this.#entries[token]!;
    const version = entry.ranIn.at(-1);
    const ranInCrashing = version === undefined || version.flaw === 'crashes in bake';
    if (error instanceof ReloadError && error.step === 'interrupted') entry.outcome = 'aborted';
    else if (error instanceof SandboxError && ranInCrashing) entry.outcome = 'crashed';
    else {
      entry.outcome = 'lost';
      this.#complain(`call ${String(token)} in round ${String(version?.round)}: ${String(error)}`);
    }
  }

  report(): LedgerReport {
    const count = (isMeant: (entry: Entry) => boolean): number => this.#entries.filter(isMeant).length;
    return {
      calls: this.#entries.length,
      answered: count(({ outcome }) => outcome === 'answered'),
      aborted: count(({ outcome }) => outcome === 'aborted'),
      crashed: count(({ outcome }) => outcome === 'crashed'),
      lost: count(({ outcome }) => outcome === 'lost' || outcome === 'pending'),
      doubled: count(
        ({ ranIn, outcome }) => ranIn.length > 1 || (outcome === 'answered' && ranIn.length === 0),
      ),
      byUnhealthy: count(({ ranIn }) => ranIn.some(({ flaw }) => !becomesHealthy(flaw))),
      changedVersion: this.#changedVersion,
      complaints: this.#complaints,
    };
  }

  #complain(complaint: string): void {
    if (this.#complaints.length < 20) this.#complaints.push(complaint);
  }
}
