/**
 * The commands of `@truthound/signing`, under this program's name. Its executable is run as it is, in this process: one
 * implementation decides how keys are read, what is signed and what is valid.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inOwnName } from './own-name.ts';

/** First words that belong to the signing commands, with what they do. */
export const SIGNING_COMMANDS: Readonly<Record<string, string>> = Object.freeze({
  keygen: 'make a key',
  cert: 'make a certificate',
  sign: 'sign a plugin',
  cosign: 'add a signature to a signed plugin',
  verify: 'verify a plugin; exits with 1 when it is not valid',
  inspect: 'show what a signature file claims, without verifying it',
  timestamp: 'have a signature time-stamped by an authority (RFC 3161)',
  trust: 'add to, list, revoke in and import into a trust store; make the documents to import',
});

/** Whether `argv` names a signing command. */
export function isSigningCommand(argv: readonly string[]): boolean {
  return argv[0] !== undefined && Object.hasOwn(SIGNING_COMMANDS, argv[0]);
}

/** Runs the signing program with these arguments. It sets the process's exit code when it is done. */
export async function runSigningCommand(argv: readonly string[]): Promise<void> {
  const isHelp = argv.includes('--help') || argv.includes('-h');
  // JSON is for programs, which get what the other program says, letter by letter.
  if (!argv.includes('--json')) speakInOwnName();
  // The program reads its arguments from the process, as every executable does.
  process.argv.splice(2, Infinity, ...(isHelp ? ['help'] : argv));
  await import(pathToFileURL(findExecutable()).href);
}

/** The program prints through the console, and calls itself what it is not called here. */
function speakInOwnName(): void {
  for (const method of ['log', 'error'] as const) {
    const print = console[method].bind(console);
    console[method] = (text: string): void => {
      print(inOwnName(text));
    };
  }
}

function findExecutable(): string {
  const file = findPackageJSON('@truthound/signing', import.meta.url);
  if (file === undefined)
    throw new Error('@truthound/signing is not installed: install @truthound/enterprise anew');
  const { bin } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  const executable = bin['truthound-sign'] ?? '';
  // Run from source, this program uses its neighbour's source too.
  const isSource = import.meta.url.endsWith('.ts');
  return join(
    dirname(file),
    isSource ? executable.replace('dist/', 'src/').replace(/\.js$/, '.ts') : executable,
  );
}
