import { Command, type Option } from 'commander';
import { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

/** What commands work with. Made per run, so that the process is touched in one place. */
export interface CliContext {
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C and by SIGTERM. */
  readonly signal: AbortSignal;
  /** Told how the command ended. */
  readonly end: (exitCode: ExitCode) => void;
}

/** What a command answers: lines for people, data for `--json`. */
export interface Answer {
  readonly lines: readonly string[];
  readonly data: unknown;
  /** @defaultValue 0 */
  readonly exitCode?: ExitCode;
}

/** A command as a table row. */
export interface CommandDefinition<Arguments extends readonly unknown[], Options> {
  /** Name and arguments, as commander reads them: `run <plugin> <export> [args...]`. */
  readonly syntax: string;
  readonly summary: string;
  /** What the summary does not say. */
  readonly description?: string;
  /** Each with what it does. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  readonly options?: readonly Option[];
  /** Answers, or `undefined` where it has written everything itself. */
  run(args: Arguments, options: Options, context: CliContext): Promise<Answer | undefined>;
}

/** Makes the command for one run of the program. */
export type CommandBuilder = (context: CliContext) => Command;

/** Turns a table row into a command that prints its answer. */
export function defineCommand<Arguments extends readonly unknown[], Options>(
  definition: CommandDefinition<Arguments, Options>,
): CommandBuilder {
  return (context) => {
    const [name = '', ...parameters] = definition.syntax.split(' ');
    const command = new Command(name)
      .summary(definition.summary)
      .description(
        definition.description === undefined
          ? `${definition.summary}.`
          : `${definition.summary}. ${definition.description}`,
      );
    for (const parameter of parameters) command.argument(parameter);
    for (const option of definition.options ?? []) command.addOption(option);
    command
      .option('--json', 'answer in JSON')
      .option('--verbose', 'show where errors come from')
      .addHelpText('after', describeExamples(definition.examples))
      .action(async () => {
        const args = command.processedArgs as unknown as Arguments;
        const answer = await definition.run(args, command.opts() as Options, context);
        if (answer !== undefined) print(answer, context);
      });
    return command;
  };
}

function print({ lines, data, exitCode = ExitCode.done }: Answer, { terminal, end }: CliContext): void {
  if (terminal.isJson) terminal.json(data);
  else for (const line of lines) terminal.line(line);
  end(exitCode);
}

function describeExamples(examples: readonly (readonly [string, string])[]): string {
  return ['', 'Examples:', ...examples.map(([line, meaning]) => `  $ ${line}\n      ${meaning}`)].join('\n');
}
