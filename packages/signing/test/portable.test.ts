import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAYLOAD_TYPE, verifyEnvelope } from '../src/portable.ts';
import { NOW, type Signer, createSigner, pluginFolder } from './plugin-folder.ts';

interface Json {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

async function setUp(): Promise<{ readonly signer: Signer; readonly envelope: Json }> {
  const signer = await createSigner();
  const signature = await signer.sign(pluginFolder(), { metadata: { channel: 'stable' } });
  return { signer, envelope: signature.toJSON() as Json };
}

describe('portable verification', () => {
  it('answers the statement of an envelope signed by a known key', async () => {
    const { signer, envelope } = await setUp();
    const raw = createPublicKey(signer.publicKey).export({ type: 'spki', format: 'der' }).subarray(-32);
    for (const key of [signer.publicKey, raw]) {
      const answer = await verifyEnvelope(envelope, { publicKeys: [key], now: NOW });
      expect(answer).toMatchObject({
        isValid: true,
        keyId: signer.keyId,
        statement: { plugin: { id: 'csv' }, signer: { id: 'acme' }, metadata: { channel: 'stable' } },
      });
    }
    expect(envelope.payloadType).toBe(PAYLOAD_TYPE);
  });

  it('goes by the current time where none is given', async () => {
    const signer = await createSigner();
    const old = await signer.sign(pluginFolder(), { now: new Date('2020-01-01'), validityDays: 30 });
    const fresh = await signer.sign(pluginFolder(), { now: new Date(), validityDays: 30 });
    const publicKeys = [signer.publicKey];
    await expect(verifyEnvelope(fresh.toJSON(), { publicKeys })).resolves.toMatchObject({ isValid: true });
    await expect(verifyEnvelope(old.toJSON(), { publicKeys })).resolves.toMatchObject({
      isValid: false,
      reason: expect.stringMatching(/expired/) as string,
    });
  });

  it('shows nothing of any other', async () => {
    const { signer, envelope } = await setUp();
    const other = await createSigner();
    const sig = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64');
    sig[0] = (sig[0] ?? 0) ^ 1;
    const cases: readonly (readonly [unknown, string, Date, RegExp])[] = [
      [envelope, other.publicKey, NOW, /not among the keys/],
      [{ ...envelope, payloadType: 'x' }, signer.publicKey, NOW, /payloadType/],
      [{ ...envelope, extra: 1 }, signer.publicKey, NOW, /unknown key/],
      [{ ...envelope, payload: `${envelope.payload}=` }, signer.publicKey, NOW, /base64/],
      [
        { ...envelope, signatures: [{ keyid: signer.keyId, sig: sig.toString('base64') }] },
        signer.publicKey,
        NOW,
        /does not fit|canonical/,
      ],
      [
        {
          ...envelope,
          signatures: [{ keyid: signer.keyId, sig: Buffer.alloc(64, 0xff).toString('base64') }],
        },
        signer.publicKey,
        NOW,
        /S is not below the group order/,
      ],
      [{ ...envelope, signatures: [] }, signer.publicKey, NOW, /exactly one/],
      [envelope, signer.publicKey, new Date('2030-01-01'), /expired/],
      [envelope, signer.publicKey, new Date('2020-01-01'), /future/],
      [null, signer.publicKey, NOW, /not an object/],
    ];
    for (const [json, key, now, reason] of cases) {
      const answer = await verifyEnvelope(json, { publicKeys: [key], now });
      expect(answer).toEqual({ isValid: false, reason: expect.stringMatching(reason) as string });
    }
  });

  it('refuses keys that are none', async () => {
    const { envelope } = await setUp();
    for (const key of ['', 'x', new Uint8Array(31), new Uint8Array(32)]) {
      await expect(verifyEnvelope(envelope, { publicKeys: [key] })).rejects.toBeInstanceOf(TypeError);
    }
  });

  it('imports nothing of Node, nor does anything that it imports', () => {
    const packages = join(import.meta.dirname, '../..');
    const files = new Set<string>();
    const foreign = new Set<string>();
    const visit = (file: string): void => {
      if (files.has(file)) return;
      files.add(file);
      for (const specifier of importsOf(readFileSync(file, 'utf8'))) {
        if (specifier.startsWith('.')) visit(join(dirname(file), specifier));
        else if (specifier === '@truthound/protocols') visit(join(packages, 'protocols/src/index.ts'));
        else foreign.add(specifier);
      }
    };
    visit(join(packages, 'signing/src/portable.ts'));
    expect([...foreign]).toEqual(['tweetnacl']);
    expect(files.size).toBeGreaterThan(6);
  });
});

/** What the statements of a module import, types aside. */
function importsOf(text: string): readonly string[] {
  return text
    .split(';\n')
    .map((statement) =>
      statement.slice(Math.max(statement.lastIndexOf('\nimport '), statement.lastIndexOf('\nexport ')) + 1),
    )
    .filter((statement) => /^(?:import|export) (?!type )/.test(statement))
    .flatMap((statement) => / from '([^']+)'$/.exec(statement)?.[1] ?? []);
}
