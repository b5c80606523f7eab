import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { TruthoundError } from '@truthound/protocols';
import { errorMessage } from '../error-message.ts';
import { certCommand } from './cert-command.ts';
import { type Command, type CommandOptions, EXIT_CODES, UsageError } from './command.ts';
import { inspectCommand } from './inspect-command.ts';
import { keygenCommand } from './keygen-command.ts';
import { cosignCommand, signCommand } from './sign-commands.ts';
import { timestampCommand } from './timestamp-command.ts';
import {
  trustAddCommand,
  trustImportCommand,
  trustListCommand,
  trustRevokeCommand,
} from './trust-commands.ts';
import {
  cosignDocumentCommand,
  pinRootCommand,
  signRevocationsCommand,
  signRootCommand,
  signRotationCommand,
} from './trust-document-commands.ts';
import { verifyCommand } from './verify-command.ts';

/** What the program touches of its process. */
export interface CliWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

const COMMANDS: readonly Command[] = [
  keygenCommand,
  certCommand,
  signCommand,
  cosignCommand,
  timestampCommand,
  verifyCommand,
  inspectCommand,
  trustAddCommand,
  trustListCommand,
  trustRevokeCommand,
  trustImportCommand,
  signRevocationsCommand,
  signRotationCommand,
  signRootCommand,
  cosignDocumentCommand,
  pinRootCommand,
];

const JSON_OPTION: ParseArgsOptionsConfig = { json: { type: 'boolean' } };

/** Runs `truthound-sign` and answers its exit code. Never throws. */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<number> {
  const isJson = argv.includes('--json');
  try {
    const command = COMMANDS.find(({ name }) => name === argv.slice(0, name.split(' ').length).join(' '));
    if (command === undefined) return showHelp(argv, world);
    const rest = argv.slice(command.name.split(' ').length);
    const { values, positionals } = parse(command, rest);
    const options = readOptions(values);
    const answer = await command.run({ positionals, options, env: world.env, now: world.now });
    world.print(isJson ? JSON.stringify(answer.data, null, 2) : answer.lines.map(printable).join('\n'));
    return answer.exitCode ?? EXIT_CODES.done;
  } catch (error) {
    return report(error, isJson, world);
  }
}

function parse(command: Command, args: readonly string[]): ReturnType<typeof parseArgs> {
  try {
    const options = { ...command.options, ...JSON_OPTION };
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const reason = errorMessage(cause);
    throw new UsageError(`${reason}\nusage: truthound-sign ${command.name} ${command.usage}`);
  }
}

function showHelp(argv: readonly string[], world: CliWorld): number {
  const [first] = argv;
  const isAsked = first === undefined || first === 'help' || first === '--help' || first === '-h';
  const commands = COMMANDS.map(({ name, summary, usage }) => `  ${name}  ${summary}\n    ${usage}`);
  const help = [
    'usage: truthound-sign <command> [options] [--json]',
    '',
    ...commands,
    '',
    'exit codes: 0 done or valid, 1 the plugin is not valid, 2 wrong usage, 3 it could not be done',
  ].join('\n');
  if (isAsked) world.print(help);
  else world.printError(`"${printable(first)}" is not a command\n${help}`);
  return isAsked ? EXIT_CODES.done : EXIT_CODES.usage;
}

function report(error: unknown, isJson: boolean, world: CliWorld): number {
  const isUsage = error instanceof UsageError;
  const message = errorMessage(error);
  if (isJson) {
    const json =
      error instanceof TruthoundError ? error.toJSON() : { name: isUsage ? 'UsageError' : 'Error', message };
    world.print(JSON.stringify({ error: json }, null, 2));
  } else world.printError(printable(message));
  return isUsage ? EXIT_CODES.usage : EXIT_CODES.failed;
}

/** Names of files and signers come from strangers: nothing in them may move the cursor or colour the screen. */
function printable(text: string): string {
  return text.replaceAll(
    /[^\P{Cc}\n]|\p{Bidi_Control}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function readOptions(values: Readonly<Record<string, unknown>>): CommandOptions {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const options: CommandOptions = {
    text,
    requiredNumber: (name) => options.number(name) ?? missing(name),
    requiredTime: (name) => options.time(name) ?? missing(name),
    flag: (name) => values[name] === true,
    list: (name) => (Array.isArray(values[name]) ? (values[name] as readonly string[]) : []),
    required(name) {
      const value = text(name);
      return value === undefined || value === '' ? missing(name) : value;
    },
    number(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = value.trim() === '' ? NaN : Number(value);
      if (Number.isNaN(number)) throw new UsageError(`--${name} must be a number, not "${value}"`);
      return number;
    },
    time(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      const time = new Date(value);
      if (Number.isNaN(time.getTime()))
        throw new UsageError(`--${name} must be a time such as 2026-01-31T12:00:00Z, not "${value}"`);
      return time;
    },
  };
  return options;
}

function missing(name: string): never {
  throw new UsageError(`--${name} is missing`);
}
