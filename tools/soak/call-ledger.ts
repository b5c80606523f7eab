import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What became of all calls. */
export interface LedgerReport {
  calls: number;
  answered: number;
  /** Told the caller why, by the error's code. */
  failed: Record<string, number>;
  /** In flight when their host was killed, callers and all. */
  cutOff: number;
  /** Neither answered nor told what became of them, or answered wrongly. */
  lost: number;
  /** Ran more than once, or were answered and never ran. */
  doubled: number;
}

/** Records calls in a file, so that what a killed host knew is not lost with it. Tokens start anew with each host. */
export class CallLedger {
  readonly #file: string;
  #next = 0;

  constructor(file: string) {
    this.#file = file;
  }

  open(): number {
    this.#next += 1;
    this.#write('open', this.#next);
    return this.#next;
  }

  readonly ran = (token: unknown): void => {
    this.#write('ran', Number(token));
  };

  answered(token: number, answer: unknown): void {
    this.#write(answer === token ? 'answered' : 'wrong', token);
  }

  failed(token: number, error: unknown): void {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    this.#write('failed', token, String(code ?? name));
  }

  /** One write a line: what was written before a kill is there after it. */
  #write(event: string, token: number, detail = ''): void {
    appendFileSync(this.#file, `${event} ${token} ${detail}\n`);
  }
}

/** What a ledger says. @param wasKilled whether its host was */
export function readLedger(file: string, wasKilled: boolean): LedgerReport {
  const report: LedgerReport = { calls: 0, answered: 0, failed: {}, cutOff: 0, lost: 0, doubled: 0 };
  const runs = new Map<string, number>();
  const outcomes = new Map<string, string>();
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  for (const line of lines) {
    const [event = '', token = '', detail = ''] = line.split(' ');
    if (event === 'open') outcomes.set(token, 'pending');
    else if (event === 'ran') runs.set(token, (runs.get(token) ?? 0) + 1);
    else outcomes.set(token, event);
    if (event === 'failed') report.failed[detail] = (report.failed[detail] ?? 0) + 1;
  }
  report.calls = outcomes.size;
  for (const [token, outcome] of outcomes) {
    const count = runs.get(token) ?? 0;
    if (outcome === 'answered') report.answered += 1;
    if (outcome === 'wrong' || (outcome === 'pending' && !wasKilled)) report.lost += 1;
    if (outcome === 'pending' && wasKilled) report.cutOff += 1;
    if (count > 1 || (outcome === 'answered' && count === 0)) report.doubled += 1;
  }
  return report;
}
