/** `@truthound/signing/portable` as a browser gets it: one script, with what it imports inside. */
import { join } from 'node:path';
import { build } from 'vite';
import { createSigner, NOW, pluginFolder } from './plugin-folder.ts';

/** The bundle; it sets `globalThis.portable`. */
export async function bundlePortable(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root: join(import.meta.dirname, '..'),
    resolve: { conditions: ['@truthound/source', 'browser', 'module', 'import'] },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: join(import.meta.dirname, '../src/portable.ts'),
        formats: ['iife'],
        name: 'portable',
      },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const chunks = outputs.flatMap((each) => ('output' in each ? each.output : []));
  const [chunk, second] = chunks.filter((each) => each.type === 'chunk');
  if (chunk === undefined || second !== undefined) throw new Error('the bundle is not one script');
  return chunk.code;
}

/** One question to `verifyEnvelope`, as JSON. */
export interface PortableQuestion {
  readonly name: string;
  readonly envelope: unknown;
  readonly publicKey: string;
  readonly now: string;
  readonly isValid: boolean;
}

/** A right envelope, and many that are wrong in one place each. */
export async function portableQuestions(): Promise<readonly PortableQuestion[]> {
  const [signer, other] = [await createSigner(), await createSigner()];
  const signature = await signer.sign(pluginFolder(), { metadata: { name: 'Zürich 𝄞' } });
  const envelope = JSON.parse(JSON.stringify(signature)) as Record<string, unknown>;
  const { payload, signature: sig } = signature;
  const now = NOW.toISOString();
  const base = { envelope, publicKey: signer.publicKey, now, isValid: true };
  const withParts = (changedPayload: Uint8Array, changedSig: Uint8Array): unknown => ({
    ...envelope,
    payload: Buffer.from(changedPayload).toString('base64'),
    signatures: [{ keyid: signer.keyId, sig: Buffer.from(changedSig).toString('base64') }],
  });
  const flip = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
  const flips = Array.from({ length: 24 }, (_, index) => ({
    ...base,
    name: `flip ${index}`,
    isValid: false,
    envelope: withParts(
      index < 12 ? flip(payload, Math.floor((payload.length / 12) * index)) : payload,
      index < 12 ? sig : flip(sig, Math.floor((sig.length / 12) * (index - 12))),
    ),
  }));
  return [
    { ...base, name: 'right' },
    { ...base, name: 'another key', publicKey: other.publicKey, isValid: false },
    { ...base, name: 'expired', now: '2030-01-01T00:00:00.000Z', isValid: false },
    { ...base, name: 'from the future', now: '2020-01-01T00:00:00.000Z', isValid: false },
    { ...base, name: 'none', envelope: null, isValid: false },
    { ...base, name: 'no signature', envelope: { ...envelope, signatures: [] }, isValid: false },
    ...flips,
  ];
}
