/**
 * `truthound.sig.json`: all signatures of a plugin, one envelope per signer.
 *
 * A later signer adds an envelope and leaves the others as they are. For a plugin that is a single file, the
 * signature file stands beside it, named after it.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type FilePath,
  InvalidSignatureError,
  SignatureError,
  type SignatureInfo as SignatureInfoFields,
  parseJson,
} from '@truthound/protocols';
import { envelopeToJson } from './dsse-envelope.ts';
import { SIGNATURE_FILE } from './file-names.ts';
import { MAX_SIGNATURES, MAX_SIGNATURE_FILE_BYTES } from './signature-limits.ts';
import { isObject } from './is-object.ts';
import { SignatureInfo, envelopeOf } from './signature-info.ts';
import { toLocalPath } from './local-path.ts';

const FORMAT_VERSION = 1;
const TOO_LARGE = `it is larger than ${MAX_SIGNATURE_FILE_BYTES} bytes`;

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (cause) {
    throw new SignatureError(`there is no plugin at "${path}"`, {}, { cause });
  }
}

/** Where the signatures of `pluginPath` stand. @throws SignatureError when there is no plugin */
export function signatureFileOf(pluginPath: FilePath): string {
  const path = toLocalPath(pluginPath);
  return isFile(path) ? `${path}.${SIGNATURE_FILE}` : join(path, SIGNATURE_FILE);
}

/**
 * Replaces the signature file of a plugin. The file appears whole or not at all.
 *
 * @throws SignatureError when there are too many signatures, or the file would be too large.
 */
export async function writeSignatures(
  pluginPath: FilePath,
  signatures: readonly SignatureInfoFields[],
): Promise<void> {
  if (signatures.length === 0 || signatures.length > MAX_SIGNATURES) {
    throw new SignatureError(`a plugin carries 1 to ${MAX_SIGNATURES} signatures, not ${signatures.length}`);
  }
  const envelopes = signatures.map((signature) => envelopeToJson(envelopeOf(signature)));
  const text = `${JSON.stringify({ formatVersion: FORMAT_VERSION, envelopes }, null, 2)}\n`;
  if (Buffer.byteLength(text) > MAX_SIGNATURE_FILE_BYTES) {
    throw new SignatureError(
      `the signatures take more than ${MAX_SIGNATURE_FILE_BYTES} bytes: bundle the plugin into fewer files, or sign with fewer keys`,
    );
  }
  await replaceFile(signatureFileOf(pluginPath), text);
}

/**
 * Reads the signatures of a plugin; empty when it has no signature file. They are not verified.
 *
 * @throws InvalidSignatureError when the file is malformed or too large.
 */
export async function readSignatures(pluginPath: FilePath): Promise<readonly SignatureInfo[]> {
  const bytes = readCapped(signatureFileOf(pluginPath));
  return bytes === undefined ? Object.freeze([]) : parseSignatureFile(bytes);
}

/** The signatures in the bytes of a signature file. @throws InvalidSignatureError */
export function parseSignatureFile(bytes: Uint8Array): readonly SignatureInfo[] {
  if (bytes.length > MAX_SIGNATURE_FILE_BYTES) throw refusal(TOO_LARGE);
  let json: unknown;
  try {
    json = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw refusal('it is not JSON', cause);
  }
  if (!isObject(json)) throw refusal('it is not a JSON object');
  if (json['formatVersion'] !== FORMAT_VERSION) {
    throw refusal(`its formatVersion is not ${FORMAT_VERSION}: a newer release may read it`);
  }
  const unknownKey = Object.keys(json).find((key) => key !== 'formatVersion' && key !== 'envelopes');
  if (unknownKey !== undefined)
    throw refusal(`it has the unknown key ${JSON.stringify(unknownKey.slice(0, 60))}`);
  const envelopes = json['envelopes'];
  if (!Array.isArray(envelopes)) throw refusal('its envelopes are not a list');
  if (envelopes.length > MAX_SIGNATURES) throw refusal(`it carries more than ${MAX_SIGNATURES} signatures`);
  return Object.freeze(envelopes.map((envelope) => SignatureInfo.parse(envelope)));
}

function refusal(reason: string, cause?: unknown): InvalidSignatureError {
  return new InvalidSignatureError({ algorithm: '', reason: `${SIGNATURE_FILE}: ${reason}` }, { cause });
}

/**
 * The bytes of a regular file, never of a link, a pipe or a device, which might not end. A few megabytes at most: read at once, in less
 * time than a thread would take to answer.
 */
function readCapped(file: string): Uint8Array | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw refusal('it is a link', cause);
    throw new SignatureError(`"${file}" cannot be read`, {}, { cause });
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw refusal('it is not a regular file');
    if (stats.size > MAX_SIGNATURE_FILE_BYTES) throw refusal(TOO_LARGE);
    const bytes = Buffer.alloc(stats.size + 1);
    const bytesRead = readSync(descriptor, bytes, 0, bytes.length, 0);
    if (bytesRead !== stats.size) throw refusal('it changed while it was read');
    return bytes.subarray(0, bytesRead);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes beside the target and renames: a reader sees the old file or the new one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = join(dirname(file), `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new SignatureError(`"${file}" cannot be written`, {}, { cause });
  }
}
