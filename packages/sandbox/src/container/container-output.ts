import { OutputLines } from '../process/output-lines.ts';
import type { RunningContainer } from './container-runtime.ts';

type Handler = (level: 'stdout' | 'stderr', text: string) => void;

/** Lines that are kept until somebody asks for them. */
const MAX_EARLY_LINES = 100;

/** Reads what a container writes, from its first byte on. */
export class ContainerOutput {
  readonly #stderr: OutputLines;
  #early: (readonly ['stdout' | 'stderr', string])[] = [];
  #handler: Handler | undefined;

  constructor({ stdout, stderr }: RunningContainer) {
    new OutputLines(stdout, (text) => {
      this.#take('stdout', text);
    });
    this.#stderr = new OutputLines(stderr, (text) => {
      this.#take('stderr', text);
    });
  }

  /** The last of stderr. */
  get stderrTail(): string {
    return this.#stderr.tail;
  }

  /** Hands every line to `handler`, those that came before first. */
  setHandler(handler: Handler): void {
    this.#handler = handler;
    for (const [level, text] of this.#early) handler(level, text);
    this.#early = [];
  }

  #take(level: 'stdout' | 'stderr', text: string): void {
    if (this.#handler !== undefined) this.#handler(level, text);
    else if (this.#early.length < MAX_EARLY_LINES) this.#early.push([level, text]);
  }
}
