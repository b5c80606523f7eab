import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TrustStoreImpl, VerificationChainBuilder, writeSignatures } from '../src/index.ts';
import { FILES, NOW, createSigner, pluginFolder } from './plugin-folder.ts';

const now = (): Date => NOW;

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const at = bit >> 3;
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

describe('W-23, W-24, W-25: flipping any single bit', async () => {
  const signer = await createSigner();
  const store = new TrustStoreImpl({ now });
  await store.addTrustedKey({ key: signer.publicKey, signerId: 'acme' });
  const chain = new VerificationChainBuilder({ now })
    .withIntegrityCheck()
    .withExpirationCheck()
    .withSignatureCheck()
    .withTrustCheck(store)
    .build();

  async function isValid(pluginPath: string): Promise<boolean> {
    return (await chain.verify({ pluginPath })).isValid;
  }

  it('of any file is refused', async () => {
    const pluginPath = pluginFolder();
    await writeSignatures(pluginPath, [await signer.sign(pluginPath)]);
    for (const [path, content] of Object.entries(FILES)) {
      const file = join(pluginPath, path);
      const bytes = Buffer.from(content);
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
          writeFileSync(file, flip(bytes, bit));
          expect(await isValid(pluginPath)).toBe(false);
        }),
        { numRuns: 60 },
      );
      writeFileSync(file, bytes);
      expect(await isValid(pluginPath)).toBe(true);
    }
  });

  it('of the signature file is refused, or leaves every byte that counts as it was', async () => {
    const pluginPath = pluginFolder();
    await writeSignatures(pluginPath, [await signer.sign(pluginPath, { metadata: { channel: 'stable' } })]);
    const file = join(pluginPath, 'truthound.sig.json');
    const bytes = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        writeFileSync(file, flip(bytes, bit));
        expect(await isValid(pluginPath)).toBe(false);
      }),
      { numRuns: 400 },
    );
    writeFileSync(file, bytes);
    expect(await isValid(pluginPath)).toBe(true);
  });

  it('of the signed statement and of the signature is refused, bit for bit', async () => {
    const pluginPath = pluginFolder({ a: '' });
    const signature = await signer.sign(pluginPath);
    const parts = { payload: signature.payload, signature: signature.signature };
    for (const [name, bytes] of Object.entries(parts)) {
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const result = await chain.verify({
          pluginPath,
          signature: { ...signature, [name]: flip(bytes, bit) },
        });
        if (result.isValid) throw new Error(`bit ${bit} of the ${name} does not count`);
      }
    }
    expect((await chain.verify({ pluginPath, signature })).isValid).toBe(true);
  });

  it('of a path or of a mode is refused', async () => {
    const pluginPath = pluginFolder({ ...FILES, ab: 'x' });
    await writeSignatures(pluginPath, [await signer.sign(pluginPath)]);
    for (let bit = 0; bit < 16; bit += 1) {
      const name = Buffer.from(flip(Buffer.from('ab'), bit)).toString('latin1');
      if (name.includes('\0') || name.includes('/')) continue;
      renameSync(join(pluginPath, 'ab'), join(pluginPath, name));
      expect(await isValid(pluginPath)).toBe(false);
      renameSync(join(pluginPath, name), join(pluginPath, 'ab'));
    }
    for (const mode of [0o755, 0o744, 0o654, 0o645, 0o4644, 0o2644, 0o1644]) {
      chmodSync(join(pluginPath, 'ab'), mode);
      expect(await isValid(pluginPath)).toBe(false);
    }
    chmodSync(join(pluginPath, 'ab'), 0o600);
    expect(await isValid(pluginPath)).toBe(true);
    rmSync(join(pluginPath, 'ab'));
    expect(await isValid(pluginPath)).toBe(false);
  });
});
