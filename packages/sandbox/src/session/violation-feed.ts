import type { SandboxViolationEvent, ViolationType } from '@truthound/protocols';

/** Listeners write logs and send mails: a guest that is refused in a loop must not make them do so. */
const MAX_PER_SECOND = 100;

/** Hands violations on, so many a second, and then says how many more there were. */
export class ViolationFeed {
  readonly #emit: (event: SandboxViolationEvent) => void;
  readonly #now: () => number;
  #windowStartMs = -Infinity;
  #inWindow = 0;
  #dropped = 0;
  #lastDropped: ViolationType = 'protocol';

  /** @param now milliseconds of a clock that only goes forward. */
  constructor(emit: (event: SandboxViolationEvent) => void, now: () => number = () => performance.now()) {
    this.#emit = emit;
    this.#now = now;
  }

  add(type: ViolationType, action: string): void {
    const nowMs = this.#now();
    if (nowMs - this.#windowStartMs >= 1000) {
      this.flush();
      this.#windowStartMs = nowMs;
      this.#inWindow = 0;
    }
    this.#inWindow += 1;
    if (this.#inWindow > MAX_PER_SECOND) {
      this.#dropped += 1;
      this.#lastDropped = type;
    } else this.#emit({ type, action, at: new Date() });
  }

  /** Says how many were not handed on, where there were any. */
  flush(): void {
    if (this.#dropped === 0) return;
    const action = `${String(this.#dropped)} more, of which the last was of this type: no more than ${String(MAX_PER_SECOND)} a second are told`;
    this.#dropped = 0;
    this.#emit({ type: this.#lastDropped, action, at: new Date() });
  }
}
