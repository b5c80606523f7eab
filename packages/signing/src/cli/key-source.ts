import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type SignatureAlgorithm, SignatureError } from '@truthound/protocols';
import { type SigningKey, loadKey } from '../signing-key.ts';
import { type CommandContext, UsageError } from './command.ts';

/** The options by which a command takes a private key or a secret. Never the key itself: others can see command lines. */
export const KEY_OPTIONS = {
  key: { type: 'string' },
  'key-env': { type: 'string' },
  'passphrase-env': { type: 'string' },
} as const;

/** Loads the key that `--key` or `--key-env` points to. @throws UsageError, SignatureError */
export async function loadPrivateKey(context: CommandContext, prefix = ''): Promise<SigningKey> {
  const { options } = context;
  const [file, variable] = [options.text(`${prefix}key`), options.text(`${prefix}key-env`)];
  if ((file === undefined) === (variable === undefined)) {
    throw new UsageError(`give either --${prefix}key <file> or --${prefix}key-env <variable>`);
  }
  const text = file === undefined ? readVariable(context, variable ?? '') : await readText(file);
  return loadKey(trimSecret(text), { passphrase: readPassphrase(context), use: 'sign' });
}

/** The options by which a command takes several private keys. */
export const KEYS_OPTIONS = {
  key: { type: 'string', multiple: true },
  'key-env': { type: 'string', multiple: true },
  'passphrase-env': { type: 'string' },
} as const;

/** Loads every key that `--key` and `--key-env` point to; at least one. @throws UsageError, SignatureError */
export async function loadPrivateKeys(context: CommandContext): Promise<readonly KeyObject[]> {
  const { options } = context;
  const texts = [
    ...(await Promise.all(options.list('key').map(readText))),
    ...options.list('key-env').map((variable) => readVariable(context, variable)),
  ];
  if (texts.length === 0)
    throw new UsageError('give --key <file> or --key-env <variable>, once for each signer');
  const passphrase = readPassphrase(context);
  return texts.map((text) => loadKey(trimSecret(text), { passphrase, use: 'sign' }).key);
}

/** The passphrase that `--passphrase-env` points to. */
export function readPassphrase(context: CommandContext): string | undefined {
  const variable = context.options.text('passphrase-env');
  return variable === undefined ? undefined : readVariable(context, variable);
}

/** Loads a public key, or the secret of an HMAC, from a file. */
export async function loadPublicKey(file: string, algorithm?: SignatureAlgorithm): Promise<SigningKey> {
  return loadKey(trimSecret(await readText(file)), { algorithm });
}

/** Reads a text file, and says which one it was when it cannot. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SignatureError(`the file "${file}" cannot be read`, {}, { cause });
  }
}

function readVariable({ env }: CommandContext, name: string): string {
  const value = env[name];
  if (value === undefined || value === '')
    throw new UsageError(`the environment variable ${name} is not set`);
  return value;
}

/** Editors and `echo` end a file with a line break, which is not part of a secret. */
function trimSecret(text: string): string {
  return text.startsWith('-----BEGIN') ? text : text.replace(/\r?\n$/, '');
}
