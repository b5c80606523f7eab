import type { ParseArgsOptionsConfig } from 'node:util';

/** What a command is run with: nothing of the process, so that tests can run it. */
export interface CommandContext {
  /** Arguments that are not options. */
  readonly positionals: readonly string[];
  /** Options as given. */
  readonly options: CommandOptions;
  /** Where keys and passphrases may come from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
}

/** The options of a command, read with their types. */
export interface CommandOptions {
  text(name: string): string | undefined;
  /** @throws UsageError when it is missing */
  required(name: string): string;
  /** @throws UsageError when it is not a number */
  number(name: string): number | undefined;
  /** @throws UsageError when it is missing or not a number */
  requiredNumber(name: string): number;
  flag(name: string): boolean;
  list(name: string): readonly string[];
  /** @throws UsageError when it is not a time */
  time(name: string): Date | undefined;
  /** @throws UsageError when it is missing or not a time */
  requiredTime(name: string): Date;
}

/** What a command answers: text for people, data for `--json`. */
export interface CommandAnswer {
  readonly lines: readonly string[];
  readonly data: unknown;
  /** @defaultValue 0 */
  readonly exitCode?: number;
}

/** One command of `truthound-sign`. */
export interface Command {
  /** One or two words. */
  readonly name: string;
  readonly summary: string;
  /** Arguments after the name, as in the help text. */
  readonly usage: string;
  readonly options: ParseArgsOptionsConfig;
  run(context: CommandContext): Promise<CommandAnswer>;
}

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** 0: done, or valid. 1: the plugin is not valid. 2: the command line is wrong. 3: it could not be done. */
export const EXIT_CODES: Readonly<Record<'done' | 'notValid' | 'usage' | 'failed', number>> = Object.freeze({
  done: 0,
  notValid: 1,
  usage: 2,
  failed: 3,
});
