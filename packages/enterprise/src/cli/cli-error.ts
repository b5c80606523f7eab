import { ExitCode } from './exit-code.ts';

/** Ends a command with a message for the person at the keyboard. */
export class CliError extends Error {
  static {
    this.prototype.name = 'CliError';
  }

  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = ExitCode.refused, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The command line is wrong. */
export class UsageError extends CliError {
  static {
    this.prototype.name = 'UsageError';
  }

  constructor(message: string, options?: ErrorOptions) {
    super(message, ExitCode.usage, options);
  }
}
