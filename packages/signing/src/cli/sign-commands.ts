import { type SignatureAlgorithm, SignatureError, parseJson } from '@truthound/protocols';
import { counted } from '../counted.ts';
import { readSignatures, writeSignatures } from '../signature-file.ts';
import type { SignatureInfo } from '../signature-info.ts';
import { type KeyFamily, type SigningKey } from '../signing-key.ts';
import { SigningServiceImpl } from '../signing-service.ts';
import { type Command, type CommandAnswer, type CommandContext, UsageError } from './command.ts';
import { KEY_OPTIONS, loadPrivateKey, readText } from './key-source.ts';
import { toAlgorithm } from './keygen-command.ts';

const SIGN_OPTIONS = {
  ...KEY_OPTIONS,
  signer: { type: 'string' },
  algorithm: { type: 'string' },
  days: { type: 'string' },
  cert: { type: 'string' },
  metadata: { type: 'string' },
  sequence: { type: 'string' },
} as const;

const SIGN_USAGE =
  '<plugin> --signer <name> (--key <file> | --key-env <variable>) [--passphrase-env <variable>]\n    [--days <n>] [--cert <file>] [--metadata <json file>] [--sequence <n>] [--algorithm <name>]';

const DEFAULT_ALGORITHM: Readonly<Record<KeyFamily, SignatureAlgorithm>> = {
  ed25519: 'ED25519',
  rsa: 'RSA_SHA256',
  hmac: 'HMAC_SHA256',
};

/** Signs a plugin that is not signed, or anew with `--replace`. */
export const signCommand: Command = {
  name: 'sign',
  summary: 'sign a plugin',
  usage: `${SIGN_USAGE} [--replace]`,
  options: { ...SIGN_OPTIONS, replace: { type: 'boolean' } },
  async run(context) {
    const pluginPath = pluginOf(context);
    if (!context.options.flag('replace') && (await readSignatures(pluginPath)).length > 0) {
      throw new SignatureError('the plugin is signed already: use "cosign" to add a signature, or --replace');
    }
    const signature = await sign(context, pluginPath);
    await writeSignatures(pluginPath, [signature]);
    return describe(signature, 1);
  },
};

/** Adds a signature to those that are there. The same key's earlier one is replaced. */
export const cosignCommand: Command = {
  name: 'cosign',
  summary: 'add a signature to a signed plugin',
  usage: SIGN_USAGE,
  options: SIGN_OPTIONS,
  async run(context) {
    const pluginPath = pluginOf(context);
    const before = await readSignatures(pluginPath);
    if (before.length === 0) throw new SignatureError('the plugin is not signed yet: use "sign"');
    const signature = await sign(context, pluginPath);
    const stale = before.find(({ metadata }) => metadata.pluginHash !== signature.metadata.pluginHash);
    if (stale !== undefined) {
      throw new SignatureError(
        `the plugin changed since "${stale.signerId}" signed it: have it signed anew first`,
      );
    }
    const others = before.filter(({ keyId }) => keyId !== signature.keyId);
    await writeSignatures(pluginPath, [...others, signature]);
    return describe(signature, others.length + 1);
  },
};

/** The one plugin that a command is given. @throws UsageError */
export function pluginOf({ positionals }: CommandContext): string {
  const [path, extra] = positionals;
  if (path === undefined || extra !== undefined) throw new UsageError('give the path of one plugin');
  return path;
}

async function sign(context: CommandContext, pluginPath: string): Promise<SignatureInfo> {
  const { options } = context;
  const key = await loadPrivateKey(context);
  const [certificateFile, metadataFile] = [options.text('cert'), options.text('metadata')];
  const service = new SigningServiceImpl({
    algorithm: algorithmFor(key, options.text('algorithm')),
    signerId: options.required('signer'),
    validityDays: options.number('days'),
    now: context.now,
  });
  return service.sign({
    pluginPath,
    privateKey: key.key,
    certificate: certificateFile === undefined ? undefined : await readText(certificateFile),
    metadata: metadataFile === undefined ? undefined : parseMetadata(await readText(metadataFile)),
    sequence: options.number('sequence'),
  });
}

function algorithmFor(key: SigningKey, given: string | undefined): SignatureAlgorithm {
  return given === undefined ? DEFAULT_ALGORITHM[key.family] : toAlgorithm(given);
}

function parseMetadata(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = parseJson(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json))
      return json as Readonly<Record<string, unknown>>;
  } catch {
    // Said below, with the other ways to be wrong.
  }
  throw new UsageError('the metadata file does not hold a JSON object');
}

function describe(signature: SignatureInfo, count: number): CommandAnswer {
  const { signerId, keyId, algorithm, expiresAt, metadata } = signature;
  const end = expiresAt === undefined ? 'never expires' : `expires ${expiresAt.toISOString()}`;
  return {
    lines: [
      `signed by "${signerId}" with ${algorithm}, ${end}`,
      `plugin hash ${metadata.pluginHash}`,
      `key id ${keyId}`,
      counted(count, 'signature'),
    ],
    data: { signerId, keyId, algorithm, expiresAt, pluginHash: metadata.pluginHash, signatures: count },
  };
}
