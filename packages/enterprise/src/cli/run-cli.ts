import { Command, CommanderError } from 'commander';
import { styleText } from 'node:util';
import { TruthoundError } from '@truthound/protocols';
import { CliError } from './cli-error.ts';
import type { CliContext, CommandBuilder } from './command.ts';
import { auditCommand } from './commands/audit-command.ts';
import { checkCommand } from './commands/check-command.ts';
import { createCompletionCommand } from './commands/completion-command.ts';
import { devCommand } from './commands/dev-command.ts';
import { docsCommand } from './commands/docs-command.ts';
import { doctorCommand } from './commands/doctor-command.ts';
import { graphCommand } from './commands/graph-command.ts';
import { infoCommand } from './commands/info-command.ts';
import { initCommand } from './commands/init-command.ts';
import { listCommand } from './commands/list-command.ts';
import { lockCommand } from './commands/lock-command.ts';
import { packCommand } from './commands/pack-command.ts';
import { runCommand } from './commands/run-command.ts';
import { topCommand } from './commands/top-command.ts';
import { ExitCode } from './exit-code.ts';
import { inOwnName } from './own-name.ts';
import { printable } from './printable.ts';
import { SIGNING_COMMANDS } from './signing-commands.ts';
import { Terminal } from './terminal.ts';
import { VERSION } from './version.ts';

/** What the program touches of its process. */
export interface CliWorld {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

const COMMANDS: readonly CommandBuilder[] = [
  initCommand,
  checkCommand,
  packCommand,
  listCommand,
  infoCommand,
  graphCommand,
  docsCommand,
  runCommand,
  devCommand,
  topCommand,
  doctorCommand,
  lockCommand,
  auditCommand,
];

const EXIT_CODES_HELP =
  'Exit codes: 0 done or valid, 1 refused or not valid, 2 wrong usage, 3 it could not be done, 130 interrupted';

/** Runs `truthound` and answers its exit code. Never throws. */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<ExitCode> {
  // "--" ends the options, here as for the parser.
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const terminal = new Terminal(world, {
    isJson: options.includes('--json'),
    isVerbose: options.includes('--verbose'),
  });
  let exitCode: ExitCode = ExitCode.done;
  const end = (code: ExitCode): void => {
    exitCode = code;
  };
  try {
    await createProgram({ terminal, signal: world.signal, end }, world).parseAsync([...argv], {
      from: 'user',
    });
    return exitCode;
  } catch (error) {
    return report(error, terminal, world);
  }
}

function createProgram(context: CliContext, { stdout, stderr }: CliWorld): Command {
  const program = new Command('truthound')
    .description('Make, check, sign, run and watch Truthound plugins.')
    .version(VERSION, '--version')
    .configureHelp({
      styleTitle: (text) => styleText('bold', text, { stream: stdout }),
      subcommandTerm: (command) => printableUsage(command),
    })
    .addHelpText('after', `\n${describeSigning()}\n\n${EXIT_CODES_HELP}`);
  const completion = createCompletionCommand(() => program.commands);
  for (const build of [...COMMANDS, completion]) program.addCommand(build(context));
  // Settings of the program do not reach commands that were made apart from it.
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => {
        if (!context.terminal.isJson) stderr.write(text);
      },
      // The error itself is reported with all others.
      outputError: () => undefined,
    });
  }
  return program;
}

function printableUsage(command: Command): string {
  const parameters = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...parameters].join(' ');
}

function describeSigning(): string {
  const width = Math.max(...Object.keys(SIGNING_COMMANDS).map((name) => name.length));
  return [
    'Signing commands ("truthound sign --help" lists their options):',
    ...Object.entries(SIGNING_COMMANDS).map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`),
  ].join('\n');
}

function report(error: unknown, terminal: Terminal, { stderr, signal }: CliWorld): ExitCode {
  if (error instanceof CommanderError) {
    // Help and version end the program this way too.
    if (error.exitCode === 0) return ExitCode.done;
    if (error.code === 'commander.help') return ExitCode.usage;
  }
  const exitCode = exitCodeOf(error, signal);
  if (terminal.isJson) terminal.json({ error: toErrorJson(error) });
  else {
    terminal.note(messageOf(error), 'red');
    if (exitCode === ExitCode.usage)
      terminal.note('"truthound --help" lists the commands, "truthound <command> --help" their options');
    if (terminal.isVerbose && error instanceof Error) stderr.write(`${printable(error.stack ?? '')}\n`);
  }
  return exitCode;
}

function exitCodeOf(error: unknown, signal: AbortSignal): ExitCode {
  if (signal.aborted) return ExitCode.interrupted;
  if (error instanceof CommanderError) return ExitCode.usage;
  if (error instanceof CliError) return error.exitCode;
  return isRefusal(error) ? ExitCode.refused : ExitCode.failed;
}

/** Codes of errors that the packages throw about the machine, and not about a plugin. */
const OUTSIDE: ReadonlySet<string> = new Set(['ERR_TRUST_STORE']);

/** Whether the packages said no, also where that is the reason of another error. */
function isRefusal(error: unknown): boolean {
  if (error instanceof TruthoundError) return !OUTSIDE.has(error.code);
  if (error instanceof AggregateError) return error.errors.some(isRefusal);
  return error instanceof Error && error.cause !== undefined && isRefusal(error.cause);
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof CommanderError ? message.replace(/^error: /, '') : inOwnName(message);
}

function toErrorJson(error: unknown): unknown {
  if (error instanceof TruthoundError) return error.toJSON();
  const name = error instanceof CommanderError ? 'UsageError' : error instanceof Error ? error.name : 'Error';
  return { name, message: messageOf(error) };
}
