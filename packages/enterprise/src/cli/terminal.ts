import { styleText } from 'node:util';
import { printable } from './printable.ts';
import { toJsonText } from './json-output.ts';

/** Names of styles, as `util.styleText` takes them. */
export type Style = Extract<
  Parameters<typeof styleText>[0],
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
>;

/** How one run of the program writes. */
export interface TerminalOptions {
  readonly isJson: boolean;
  readonly isVerbose: boolean;
}

const CLEAR_LINE = '\r\u001b[K';
const CLEAR_SCREEN = '\u001b[H\u001b[J';

/**
 * Answers go to standard output, everything about the work to standard error. Colours only where the stream is
 * a terminal and NO_COLOR is not set; both are `util.styleText`'s to judge.
 */
export class Terminal {
  readonly isJson: boolean;
  readonly isVerbose: boolean;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  #hasProgress = false;

  constructor(
    streams: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream },
    { isJson, isVerbose }: TerminalOptions,
  ) {
    this.#stdout = streams.stdout;
    this.#stderr = streams.stderr;
    this.isJson = isJson;
    this.isVerbose = isVerbose;
  }

  /** Whether answers are read by a person who watches. */
  get isInteractive(): boolean {
    return this.#stdout.isTTY && !this.isJson;
  }

  /** Text in a style, for {@link line}. Control characters in the text are made visible. */
  style(style: Style, text: string): string {
    return this.isJson ? text : styleText(style, printable(text), { stream: this.#stdout });
  }

  /** A line of the answer, which may be styled: pass what comes from a plugin through `printable` or {@link style}. */
  line(text: string): void {
    this.#clearProgress();
    this.#stdout.write(`${text}\n`);
  }

  /** The answer as JSON; `compact` puts it on one line, for answers that come one after another. */
  json(value: unknown, layout: 'pretty' | 'compact' = 'pretty'): void {
    this.#clearProgress();
    this.#stdout.write(`${toJsonText(value, layout)}\n`);
  }

  /** A remark for the person at the keyboard. */
  note(text: string, style: Style = 'dim'): void {
    this.#clearProgress();
    this.#stderr.write(`${styleText(style, printable(text), { stream: this.#stderr })}\n`);
  }

  /** What is being done now; shown only while a person watches, and replaced by what comes next. */
  progress(text: string): void {
    if (!this.#stderr.isTTY || this.isJson) return;
    this.#stderr.write(`${CLEAR_LINE}${printable(text)} …`);
    this.#hasProgress = true;
  }

  /** Starts the screen anew, on terminals. */
  clearScreen(): void {
    if (this.isInteractive) this.#stdout.write(CLEAR_SCREEN);
  }

  #clearProgress(): void {
    if (this.#hasProgress) this.#stderr.write(CLEAR_LINE);
    this.#hasProgress = false;
  }
}
