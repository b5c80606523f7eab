/**
 * Signed documents about trust: made where the keys are, carried to the hosts, taken over there with `trust import`.
 *
 * Each is written to a new file. Signers of one document may sit at different machines: the first makes it, the others add their
 * signatures with `trust cosign`.
 *
 * @module
 */
import type { KeyObject } from 'node:crypto';
import { SignatureError, parseJson } from '@truthound/protocols';
import { counted } from '../counted.ts';
import { cosignDocument } from '../signed-document.ts';
import { signKeyRotation } from '../trust/key-rotation.ts';
import { parseRevocationEntries, signRevocationList } from '../trust/revocation-list.ts';
import { addRevocation } from '../trust/trust-changes.ts';
import { EMPTY_TRUST } from '../trust/trust-document.ts';
import { type TrustRoot, signTrustRoot } from '../trust/trust-root.ts';
import { type Command, type CommandAnswer, type CommandContext, UsageError } from './command.ts';
import { KEYS_OPTIONS, loadPrivateKeys, loadPublicKey, readPassphrase, readText } from './key-source.ts';
import { loadKey } from '../signing-key.ts';
import { writeNew } from './keygen-command.ts';
import { storeOf } from './trust-commands.ts';

const OUT = { out: { type: 'string' } } as const;
const KEYS_USAGE = '(--key <file> | --key-env <variable>)… [--passphrase-env <variable>] --out <new file>';

const ROOT_OPTIONS = {
  version: { type: 'string' },
  threshold: { type: 'string' },
  expires: { type: 'string' },
  'root-key': { type: 'string', multiple: true },
} as const;
const ROOT_USAGE = '--version <n> --threshold <n> --expires <time> (--root-key <public key file>)…';

/** Makes a revocation list. */
export const signRevocationsCommand: Command = {
  name: 'trust sign-revocations',
  summary: 'sign a list of what is withdrawn, from a JSON file with its entries',
  usage: `<entries file> --version <n> --next-update <time>\n    ${KEYS_USAGE}`,
  options: { ...KEYS_OPTIONS, ...OUT, version: { type: 'string' }, 'next-update': { type: 'string' } },
  async run(context) {
    const { options, now } = context;
    const revocations = parseRevocationEntries(parseEntriesText(await readText(onlyFile(context))));
    // What no store would take over is found here, and not by every host.
    for (const entry of revocations) addRevocation(EMPTY_TRUST, entry, now());
    if (options.requiredTime('next-update') <= now())
      throw new UsageError('--next-update must be in the future');
    const list = {
      version: options.requiredNumber('version'),
      issuedAt: now(),
      nextUpdate: options.requiredTime('next-update'),
      revocations,
    };
    const keys = await loadPrivateKeys(context);
    return writeDocument(
      context,
      signRevocationList(list, keys),
      `a list of ${counted(revocations.length, 'revocation')}`,
    );
  },
};

/** Hands a signer over from one key to the next. */
export const signRotationCommand: Command = {
  name: 'trust sign-rotation',
  summary: 'hand a signer over to a new key: signed by the old key and by the new one',
  usage:
    '--old-key <file> --new-key <file> [--passphrase-env <variable>] [--rotated-at <time>] --out <new file>',
  options: {
    ...OUT,
    'old-key': { type: 'string' },
    'new-key': { type: 'string' },
    'passphrase-env': { type: 'string' },
    'rotated-at': { type: 'string' },
  },
  async run(context) {
    const { options, now } = context;
    const passphrase = readPassphrase(context);
    const read = async (name: string): Promise<KeyObject> =>
      loadKey(await readText(options.required(name)), { passphrase, use: 'sign' }).key;
    const [oldKey, newKey] = [await read('old-key'), await read('new-key')];
    const document = signKeyRotation({ oldKey, newKey, rotatedAt: options.time('rotated-at') ?? now() });
    return writeDocument(context, document, 'a key rotation');
  },
};

/** Makes the next trust root. */
export const signRootCommand: Command = {
  name: 'trust sign-root',
  summary: 'sign a trust root: by enough keys of the one before and by enough of its own',
  usage: `${ROOT_USAGE}\n    ${KEYS_USAGE}`,
  options: { ...KEYS_OPTIONS, ...OUT, ...ROOT_OPTIONS },
  async run(context) {
    const root = await readRoot(context);
    const document = signTrustRoot(root, await loadPrivateKeys(context));
    return writeDocument(context, document, `trust root ${root.version}`);
  },
};

/** Adds signatures to a document that another signer made. */
export const cosignDocumentCommand: Command = {
  name: 'trust cosign',
  summary: 'add signatures to a revocation list, key rotation or trust root',
  usage: `<document> ${KEYS_USAGE}`,
  options: { ...KEYS_OPTIONS, ...OUT },
  async run(context) {
    const document = await readText(onlyFile(context));
    const cosigned = cosignDocument(document, await loadPrivateKeys(context));
    return writeDocument(context, cosigned, 'the document');
  },
};

/** Sets the first trust root of a store. */
export const pinRootCommand: Command = {
  name: 'trust pin-root',
  summary: 'set the first trust root of a store; later ones are imported',
  usage: `--store <file> ${ROOT_USAGE}`,
  options: { store: { type: 'string' }, ...ROOT_OPTIONS },
  async run(context) {
    const root = await readRoot(context);
    await storeOf(context).pinTrustRoot(root);
    const { version, threshold, keys, expiresAt } = root;
    return {
      lines: [
        `${threshold} of ${counted(keys.length, 'key')} ${threshold === 1 ? 'decides' : 'decide'} until ${expiresAt.toISOString()}`,
      ],
      data: { version, threshold, keys: keys.length, expiresAt },
    };
  },
};

async function readRoot({ options }: CommandContext): Promise<TrustRoot> {
  const files = options.list('root-key');
  if (files.length === 0) throw new UsageError('give --root-key <public key file>, once for each key');
  const keys = await Promise.all(
    files.map(async (file) => {
      const { key } = await loadPublicKey(file);
      if (key.type !== 'public') throw new UsageError(`"${file}" does not hold a public key`);
      return key.export({ type: 'spki', format: 'pem' }).toString();
    }),
  );
  return {
    version: options.requiredNumber('version'),
    threshold: options.requiredNumber('threshold'),
    keys,
    expiresAt: options.requiredTime('expires'),
  };
}

function onlyFile({ positionals }: CommandContext): string {
  const [file, extra] = positionals;
  if (file === undefined || extra !== undefined) throw new UsageError('give one file');
  return file;
}

function parseEntriesText(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new SignatureError('the file with the entries is not JSON', {}, { cause });
  }
}

async function writeDocument(
  { options }: CommandContext,
  document: string,
  what: string,
): Promise<CommandAnswer> {
  const out = options.required('out');
  await writeNew(out, document, 0o644);
  const { payloadType, signatures } = parseJson(document) as {
    readonly payloadType: string;
    readonly signatures: readonly { readonly keyid: string }[];
  };
  const keyIds = signatures.map(({ keyid }) => keyid);
  return {
    lines: [
      `wrote ${what} to ${out}, signed by ${counted(keyIds.length, 'key')}`,
      ...keyIds.map((id) => `key id ${id}`),
    ],
    data: { type: payloadType, keyIds, file: out },
  };
}
