/** A new user's terminal: a shell with `truthound` on its path, in which commands are typed one after the other. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TerminalSession } from './terminal-session.ts';
import { COMMAND, COMPILE_CACHE, type Desk, GUEST_ENVIRONMENT } from './truthound.ts';

/** So that a prompt is told from what commands print, and their exit codes are seen. */
const PROMPT = /^\[(\d+)\] \$$/m;

export class UserShell implements Disposable {
  readonly #session: TerminalSession;
  readonly #root: string;

  private constructor(session: TerminalSession, root: string) {
    this.#session = session;
    this.#root = root;
  }

  static async open(desk: Desk): Promise<UserShell> {
    const program = desk.path('.bin', 'truthound');
    await mkdir(dirname(program));
    const words = COMMAND.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    await writeFile(program, `#!/bin/sh\nexec ${words} "$@"\n`);
    await chmod(program, 0o755);
    const path = [desk.path('.bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(':');
    const env = {
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...GUEST_ENVIRONMENT,
      npm_config_update_notifier: 'false',
      PS1: '[$?] $ ',
    };
    // By env: tmux gives a session the path of whoever started it.
    const command = ['env', `PATH=${path}`, 'sh', '-i'];
    const session = new TerminalSession(command, { cwd: desk.root, home: desk.root, env });
    await session.shows(PROMPT);
    return new UserShell(session, desk.root);
  }

  /** Types a command into an empty terminal and waits for its end. */
  async run(line: string): Promise<{ readonly exitCode: number; readonly screen: string }> {
    this.start(line);
    await this.#session.shows(/\n\[\d+\] \$\s*$/);
    const screen = this.#session.screen();
    const exitCode = Number(/\n\[(\d+)\] \$\s*$/.exec(screen)?.[1]);
    return { exitCode, screen: this.#asInDocs(screen) };
  }

  /** Types a command into an empty terminal, and leaves it running. */
  start(line: string): void {
    this.#session.clear();
    this.#session.type(line);
    this.#session.press('Enter');
  }

  shows(text: string | RegExp): Promise<void> {
    return this.#session.shows(text);
  }

  /** Types a text as it is. */
  type(text: string): void {
    this.#session.type(text);
  }

  press(...keys: readonly string[]): void {
    this.#session.press(...keys);
  }

  /** What the terminal shows now. */
  get screen(): string {
    return this.#asInDocs(this.#session.screen());
  }

  get colors(): string {
    return this.#session.screen({ colors: true });
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }

  /** Without what is another one each time: folders, keys, times. */
  #asInDocs(screen: string): string {
    // The prompt of the first line went with what was there before.
    return `$ ${screen}`
      .replaceAll(this.#root, '~')
      .replaceAll(/^\[\d+\] \$ ?/gm, '$ ')
      .replaceAll(/\b[0-9a-f]{12,64}\b/g, '3f7a…')
      .replaceAll(/\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/g, '2027-01-31')
      .replaceAll(/\b\d+(?:\.\d+)? ?ms\b/g, '12 ms')
      .trimEnd()
      .replace(/\n\$$/, '')
      .concat('\n');
  }
}
