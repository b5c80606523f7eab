/** A program in a real terminal, by tmux: what it shows can be read, and keys can be sent. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';

/** Whether tmux is there. */
export const hasTmux: boolean = canRun('tmux', '-V');

function canRun(file: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(file, [...args], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export class TerminalSession implements Disposable {
  // A server of its own: nothing of the user's tmux is touched.
  readonly #socket = `truthound-${randomUUID()}`;

  constructor(
    command: readonly string[],
    options: { readonly cwd: string; readonly home: string; readonly env?: Readonly<Record<string, string>> },
  ) {
    const variables = { HOME: options.home, XDG_CACHE_HOME: `${options.home}/.cache`, ...options.env };
    const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    // A test runner's FORCE_COLOR, which the server inherits, would decide instead of the terminal.
    // The shell survives Ctrl-C, stays when the program has ended, and shows its exit code.
    const line = `unset FORCE_COLOR; trap : INT; ${command.map(quote).join(' ')}; echo "exit code $?"; exec cat`;
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      '150',
      '-y',
      '50',
      '-c',
      options.cwd,
      ...environment.flatMap((each) => ['-e', each]),
      'sh',
      '-c',
      line,
    );
  }

  /** What the terminal shows, with or without its colours. */
  screen({ colors = false }: { readonly colors?: boolean } = {}): string {
    return this.#tmux('capture-pane', '-p', ...(colors ? ['-e'] : []));
  }

  /** Waits until the terminal shows this text. */
  async shows(text: string | RegExp): Promise<void> {
    await vi.waitFor(
      () => {
        const screen = this.screen();
        const isShown = typeof text === 'string' ? screen.includes(text) : text.test(screen);
        if (!isShown) throw new Error(`the terminal does not show ${String(text)}, but:\n${screen}`);
      },
      { timeout: 45_000, interval: 100 },
    );
  }

  /** Sends keys by tmux's names, such as `C-c`. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** Types a text as it is. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  /** Empties the terminal, with what has scrolled away. */
  clear(): void {
    this.#tmux('send-keys', '-R');
    this.#tmux('clear-history');
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server');
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
