import type { Readable } from 'node:stream';

/** Longest line handed on; the rest of it is dropped. */
const MAX_LINE = 8192;
/** Bytes of output a guest may write per second; more is read, counted and dropped. */
const MAX_BYTES_PER_SECOND = 1024 * 1024;
/** Lines handed on per second: each costs its listeners far more than its bytes. */
const MAX_LINES_PER_SECOND = 2000;
const TAIL_BYTES = 8192;

/** Reads a guest's output line by line, at a bounded rate. Always keeps reading: a full pipe would stop the guest. */
export class OutputLines {
  readonly #onLine: (text: string) => void;
  #partial = '';
  #tail = '';
  readonly #now: () => number;
  #windowStart = -Infinity;
  #windowBytes = 0;
  #windowLines = 0;
  #dropped = 0;

  /** @param now milliseconds of a clock that only goes forward. */
  constructor(stream: Readable, onLine: (text: string) => void, now: () => number = () => performance.now()) {
    this.#onLine = onLine;
    this.#now = now;
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      this.#take(text);
    });
    stream.on('error', () => undefined);
    stream.on('end', () => {
      this.#flush();
    });
  }

  /** The last output, for diagnosing why a guest ended. */
  get tail(): string {
    return this.#tail;
  }

  #take(text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL_BYTES);
    const now = this.#now();
    if (now - this.#windowStart > 1000) {
      this.#windowStart = now;
      this.#windowBytes = 0;
      this.#windowLines = 0;
      this.#reportDropped();
    }
    this.#windowBytes += text.length;
    if (this.#windowBytes > MAX_BYTES_PER_SECOND) {
      this.#dropped += text.length;
      return;
    }
    const all = this.#partial + text;
    let start = 0;
    for (let end = all.indexOf('\n'); end !== -1; end = all.indexOf('\n', start)) {
      if (this.#windowLines >= MAX_LINES_PER_SECOND) {
        this.#dropped += all.length - start;
        this.#partial = '';
        return;
      }
      this.#windowLines += 1;
      this.#onLine(all.slice(start, Math.min(end, start + MAX_LINE)));
      start = end + 1;
    }
    this.#partial = all.slice(start, start + MAX_LINE);
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    this.#onLine(
      `… ${String(this.#dropped)} characters of output were dropped: the limit is ${String(MAX_BYTES_PER_SECOND)} and ${String(MAX_LINES_PER_SECOND)} lines a second`,
    );
    this.#dropped = 0;
  }

  #flush(): void {
    this.#reportDropped();
    if (this.#partial !== '') this.#onLine(this.#partial);
    this.#partial = '';
  }
}
