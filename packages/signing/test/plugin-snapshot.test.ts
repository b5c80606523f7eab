import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SignatureError } from '@truthound/protocols';
import {
  type VerificationChain,
  VerificationChainBuilder,
  pruneSnapshots,
  snapshotPlugin,
  verifyAndSnapshot,
  writeSignatures,
} from '../src/index.ts';
import {
  FILES,
  NOW,
  type Signer,
  createSigner,
  pluginFolder,
  putFile,
  scratchFolder,
} from './plugin-folder.ts';

const now = (): Date => NOW;
const DAY_MS = 86_400_000;

function chainFor(signer: Signer): VerificationChain {
  return new VerificationChainBuilder({ now })
    .withIntegrityCheck()
    .withSignatureCheck({ keys: [signer.publicKey] })
    .build();
}

async function signedPlugin(
  files = FILES,
): Promise<{ readonly pluginPath: string; readonly signer: Signer; readonly chain: VerificationChain }> {
  const pluginPath = pluginFolder(files);
  const signer = await createSigner();
  await writeSignatures(pluginPath, [await signer.sign(pluginPath)]);
  return { pluginPath, signer, chain: chainFor(signer) };
}

describe('verifyAndSnapshot', () => {
  it('answers a read-only copy of a valid plugin, named by its hash', async () => {
    const { pluginPath, chain } = await signedPlugin();
    putFile(pluginPath, 'dist/index.js', FILES['dist/index.js'] ?? '');
    const storeDir = join(scratchFolder(), 'deep', 'store');
    const { result, snapshot } = await verifyAndSnapshot({ pluginPath, chain, storeDir });
    expect(result).toMatchObject({ isValid: true });
    expect(snapshot).toMatchObject({
      path: join(storeDir, snapshot?.digest ?? ''),
      manifest: { id: 'csv', version: '1.2.3' },
    });
    const path = snapshot?.path ?? '';
    expect(readFileSync(join(path, 'dist/index.js'), 'utf8')).toBe(FILES['dist/index.js']);
    const modes = [path, join(path, 'dist'), join(path, 'package.json')].map(
      (each) => statSync(each).mode & 0o777,
    );
    expect(modes).toEqual([0o555, 0o555, 0o444]);
    expect(readdirSync(storeDir)).toEqual([snapshot?.digest]);
  });

  it('keeps what is executable executable', async () => {
    const pluginPath = pluginFolder();
    putFile(pluginPath, 'bin/run', '#!/bin/sh\n', 0o755);
    const { path } = await snapshotPlugin({ pluginPath, storeDir: join(scratchFolder(), 'store') });
    expect(statSync(join(path, 'bin/run')).mode & 0o777).toBe(0o555);
  });

  it('leaves nothing behind for a plugin that is not valid', async () => {
    const { pluginPath, chain } = await signedPlugin();
    putFile(pluginPath, 'dist/index.js', 'evil');
    const storeDir = join(scratchFolder(), 'store');
    const answer = await verifyAndSnapshot({ pluginPath, chain, storeDir });
    expect(answer.result).toMatchObject({ isValid: false });
    expect(answer.snapshot).toBeUndefined();
    expect(readdirSync(storeDir)).toEqual([]);
  });

  it('uses a copy again only after reading it, and replaces a damaged one', async () => {
    const { pluginPath, chain } = await signedPlugin();
    const storeDir = join(scratchFolder(), 'store');
    const first = await verifyAndSnapshot({ pluginPath, chain, storeDir });
    const file = join(first.snapshot?.path ?? '', 'dist/index.js');
    const inode = statSync(file).ino;
    await verifyAndSnapshot({ pluginPath, chain, storeDir });
    expect(statSync(file).ino).toBe(inode);
    chmodSync(file, 0o644);
    writeFileSync(file, 'evil');
    const again = await verifyAndSnapshot({ pluginPath, chain, storeDir });
    expect(again.snapshot?.digest).toBe(first.snapshot?.digest);
    expect(readFileSync(file, 'utf8')).toBe(FILES['dist/index.js']);
    expect(readdirSync(storeDir)).toEqual([first.snapshot?.digest]);
  });

  it('refuses a changed plugin although a sound copy of the signed one is there', async () => {
    const { pluginPath, chain } = await signedPlugin();
    const storeDir = join(scratchFolder(), 'store');
    await verifyAndSnapshot({ pluginPath, chain, storeDir });
    putFile(pluginPath, 'extra.js', '');
    const { result, snapshot } = await verifyAndSnapshot({ pluginPath, chain, storeDir });
    expect([result.isValid, snapshot]).toEqual([false, undefined]);
  });

  it('gives processes that come together one sound copy', async () => {
    const { pluginPath, chain } = await signedPlugin();
    const storeDir = join(scratchFolder(), 'store');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => verifyAndSnapshot({ pluginPath, chain, storeDir })),
    );
    expect(new Set(answers.map(({ snapshot }) => snapshot?.path)).size).toBe(1);
    expect(readdirSync(storeDir)).toHaveLength(1);
  });

  it('needs a chain that reads the files', async () => {
    const { pluginPath, signer } = await signedPlugin();
    const chain = new VerificationChainBuilder({ now })
      .withSignatureCheck({ keys: [signer.publicKey] })
      .build();
    await expect(verifyAndSnapshot({ pluginPath, chain, storeDir: scratchFolder() })).rejects.toThrow(
      /withIntegrityCheck/,
    );
  });

  it('stops when it is cancelled, and cleans up', async () => {
    const { pluginPath, chain } = await signedPlugin();
    const storeDir = scratchFolder();
    const reason = new Error('enough');
    await expect(
      verifyAndSnapshot({ pluginPath, chain, storeDir, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(readdirSync(storeDir)).toEqual([]);
  });

  it('W-41: answers exactly the signed bytes or refuses, while another process swaps files, links and folders', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`dist/file-${String(n)}.js`, `export const n = ${String(n)};\n`]),
    );
    const { pluginPath, chain } = await signedPlugin({ ...FILES, ...files });
    const secret = join(scratchFolder(), 'secret');
    writeFileSync(secret, 'do not copy');
    const swapper = spawn(
      process.execPath,
      [join(import.meta.dirname, 'snapshot/swapping-process.ts'), pluginPath, secret],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(async () => {
      swapper.kill('SIGKILL');
      if (swapper.exitCode === null && swapper.signalCode === null) await once(swapper, 'exit');
    });
    await once(swapper.stdout, 'data');
    let refused = 0;
    for (let round = 0; round < 60; round += 1) {
      const storeDir = join(scratchFolder(), String(round));
      const { result, snapshot } = await verifyAndSnapshot({ pluginPath, chain, storeDir });
      if (!result.isValid) refused += 1;
      expect(snapshot === undefined).toBe(!result.isValid);
      if (snapshot === undefined) continue;
      for (const [path, content] of Object.entries(files))
        expect(readFileSync(join(snapshot.path, path), 'utf8')).toBe(content);
    }
    expect(refused).toBeGreaterThan(0);
  });
});

describe('snapshotPlugin', () => {
  it('copies an unsigned plugin, and refuses links', async () => {
    const pluginPath = pluginFolder();
    const storeDir = join(scratchFolder(), 'store');
    const snapshot = await snapshotPlugin({ pluginPath, storeDir });
    expect(snapshot.manifest.files.map(({ path }) => path)).toEqual(['dist/index.js', 'package.json']);
    await expect(snapshotPlugin({ pluginPath, storeDir })).resolves.toEqual(snapshot);
    symlinkSync('/etc/passwd', join(pluginPath, 'passwd'));
    await expect(snapshotPlugin({ pluginPath, storeDir })).rejects.toThrow(/"passwd" is a link/);
    expect(readdirSync(storeDir)).toEqual([snapshot.digest]);
  });

  it('keeps no copies inside the plugin', async () => {
    const pluginPath = pluginFolder();
    for (const storeDir of [pluginPath, join(pluginPath, '..store')]) {
      await expect(snapshotPlugin({ pluginPath, storeDir })).rejects.toThrow(/lies inside the plugin/);
    }
  });

  it('names a store that cannot be made', async () => {
    const file = join(scratchFolder(), 'file');
    writeFileSync(file, '');
    await expect(
      snapshotPlugin({ pluginPath: pluginFolder(), storeDir: join(file, 'store') }),
    ).rejects.toBeInstanceOf(SignatureError);
  });
});

describe('pruneSnapshots', () => {
  it('deletes what is too old or too much, least recently used first, and what is half-written', async () => {
    const storeDir = join(scratchFolder(), 'store');
    const digests: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      const { path, digest } = await snapshotPlugin({
        pluginPath: pluginFolder({ 'lib/a': 'x'.repeat(100), n: String(n) }),
        storeDir,
      });
      const lastUsed = new Date(NOW.getTime() - n * DAY_MS);
      utimesSync(path, lastUsed, lastUsed);
      digests.push(digest);
    }
    mkdirSync(join(storeDir, '.tmp-0123456789abcdef'));
    utimesSync(join(storeDir, '.tmp-0123456789abcdef'), 0, 0);
    writeFileSync(join(storeDir, 'notes.txt'), '');
    const [newest = '', second = '', third = '', oldest = ''] = digests;
    await expect(pruneSnapshots({ storeDir, maxAgeMs: 2.5 * DAY_MS, now: NOW, keep: [] })).resolves.toEqual([
      oldest,
    ]);
    await expect(pruneSnapshots({ storeDir, maxBytes: 101, now: NOW, keep: [third] })).resolves.toEqual([
      second,
    ]);
    expect(readdirSync(storeDir).sort()).toEqual([newest, third, 'notes.txt'].sort());
    await expect(pruneSnapshots({ storeDir: join(storeDir, 'missing') })).resolves.toEqual([]);
    expect(existsSync(join(storeDir, newest))).toBe(true);
  });
});
