import { readFile, writeFile } from 'node:fs/promises';
import { SignatureError } from '@truthound/protocols';
import { readSignatures, writeSignatures } from '../signature-file.ts';
import type { SignatureInfo } from '../signature-info.ts';
import { addTimestamp, timestampRequestFor } from '../timestamps/add-timestamp.ts';
import { type Command, type CommandAnswer, type CommandContext, UsageError } from './command.ts';
import { pluginOf } from './sign-commands.ts';

/**
 * Has a signature time-stamped in two steps, between which the user asks an authority: `--query` writes the question, `--reply` takes the
 * answer over. This program opens no connection.
 */
export const timestampCommand: Command = {
  name: 'timestamp',
  summary: 'write the question to a time-stamping authority (RFC 3161), or take over its answer',
  usage: '<plugin> (--query <new file> | --reply <file>) [--key-id <id>]',
  options: {
    query: { type: 'string' },
    reply: { type: 'string' },
    'key-id': { type: 'string' },
  },
  async run(context) {
    const pluginPath = pluginOf(context);
    const [query, reply] = [context.options.text('query'), context.options.text('reply')];
    if ((query === undefined) === (reply === undefined))
      throw new UsageError('give either --query or --reply');
    const signatures = await readSignatures(pluginPath);
    const signature = chooseSignature(signatures, context);
    if (query !== undefined) return writeQuery(signature, query);
    const token = await readReply(reply ?? '');
    const stamped = await addTimestamp(signature, () => token);
    await writeSignatures(
      pluginPath,
      signatures.map((each) => (each === signature ? stamped : each)),
    );
    const { signerId, keyId } = stamped;
    return {
      lines: [`the signature by "${signerId}" is time-stamped; "verify --tsa-root" says by whom and when`],
      data: { signerId, keyId, isTimestamped: true },
    };
  },
};

function chooseSignature(signatures: readonly SignatureInfo[], { options }: CommandContext): SignatureInfo {
  const keyId = options.text('key-id');
  const fitting = signatures.filter((each) => keyId === undefined || each.keyId === keyId);
  const [signature, second] = fitting;
  if (signature === undefined) {
    throw new SignatureError(
      keyId === undefined
        ? 'the plugin is not signed yet: use "sign"'
        : `the plugin has no signature with key ${keyId}`,
    );
  }
  if (second !== undefined)
    throw new UsageError(`the plugin has ${signatures.length} signatures: choose one with --key-id`);
  return signature;
}

async function writeQuery(signature: SignatureInfo, file: string): Promise<CommandAnswer> {
  const { query, digest } = timestampRequestFor(signature);
  try {
    await writeFile(file, query, { flag: 'wx' });
  } catch (cause) {
    throw new SignatureError(`"${file}" cannot be written, or exists already`, {}, { cause });
  }
  return {
    lines: [
      `wrote the question to ${file}: POST it to the authority as application/timestamp-query,`,
      'then take over its answer with --reply',
    ],
    data: { queryFile: file, keyId: signature.keyId, digest: Buffer.from(digest).toString('hex') },
  };
}

async function readReply(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new SignatureError(`the file "${file}" cannot be read`, {}, { cause });
  }
}
