import { writeFile } from 'node:fs/promises';
import { SignatureAlgorithm, SignatureError } from '@truthound/protocols';
import { generateKeyPair } from '../generate-key-pair.ts';
import { type Command, UsageError } from './command.ts';
import { readPassphrase } from './key-source.ts';

/** Makes a key and writes it to files that did not exist before. */
export const keygenCommand: Command = {
  name: 'keygen',
  summary: 'make a key',
  usage:
    '--out <file> [--algorithm ED25519|RSA_SHA256|HMAC_SHA256|HMAC_SHA512] [--bits <n>] [--passphrase-env <variable>]',
  options: {
    out: { type: 'string' },
    algorithm: { type: 'string' },
    bits: { type: 'string' },
    'passphrase-env': { type: 'string' },
  },
  async run(context) {
    const { options } = context;
    const out = options.required('out');
    const algorithm = toAlgorithm(options.text('algorithm') ?? 'ED25519');
    const key = await generateKeyPair(algorithm, {
      passphrase: readPassphrase(context),
      rsaBits: options.number('bits'),
    });
    if ('secret' in key) {
      await writeNew(out, `${key.secret}\n`, 0o600);
      return {
        lines: [`wrote the secret to ${out} (keep it to yourself)`, `key id ${key.keyId}`],
        data: { algorithm, keyId: key.keyId, secretFile: out },
      };
    }
    await writeNew(out, key.privateKey, 0o600);
    await writeNew(`${out}.pub`, key.publicKey, 0o644);
    return {
      lines: [
        `wrote the private key to ${out} (keep it to yourself)`,
        `wrote the public key to ${out}.pub`,
        `key id ${key.keyId}`,
      ],
      data: { algorithm, keyId: key.keyId, privateKeyFile: out, publicKeyFile: `${out}.pub` },
    };
  },
};

/** @throws UsageError */
export function toAlgorithm(text: string): SignatureAlgorithm {
  const algorithm = Object.values(SignatureAlgorithm).find((each) => each === text.toUpperCase());
  if (algorithm === undefined) {
    throw new UsageError(
      `"${text}" is not an algorithm: choose one of ${Object.keys(SignatureAlgorithm).join(', ')}`,
    );
  }
  return algorithm;
}

/** Writes a file that is not there yet. @throws SignatureError */
export async function writeNew(file: string, content: string, mode: number): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx', mode });
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new SignatureError(
      `"${file}" ${isThere ? 'exists already: choose another name' : 'cannot be written'}`,
      {},
      { cause },
    );
  }
}
