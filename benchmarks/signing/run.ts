/**
 * What signing costs, beside what it cannot be cheaper than and what else there is.
 *
 *   node --conditions=@truthound/source benchmarks/signing/run.ts [quick]
 *
 * All contenders of a table run in turn in one process. TMPDIR says on which disk: creating files is most of what a snapshot costs. `quick` leaves out the file of 500 MB.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, hash, verify as cryptoVerify } from 'node:crypto';
import {
  closeSync,
  cpSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  SigningServiceImpl,
  VerificationChainBuilder,
  generateKeyPair,
  verifyAndSnapshot,
  writeSignatures,
} from '@truthound/signing';
import { ALGORITHMS } from '../../packages/signing/src/algorithms.ts';
import { preAuthEncoding } from '../../packages/signing/src/dsse-envelope.ts';
import { scanPlugin } from '../../packages/signing/src/scan-plugin.ts';
import { loadKey } from '../../packages/signing/src/signing-key.ts';
import { removeTree } from '../../packages/signing/src/snapshot/remove-tree.ts';
import { type Contender, measure, report } from './rounds.ts';

const isQuick = process.argv.includes('quick');
const scratch = mkdtempSync(join(tmpdir(), 'truthound-bench-'));
const { publicKey, privateKey } = await generateKeyPair('ED25519');
const service = new SigningServiceImpl({ signerId: 'bench' });
const chain = new VerificationChainBuilder()
  .withIntegrityCheck()
  .withExpirationCheck()
  .withSignatureCheck({ keys: [publicKey] })
  .build();

console.log(`Node ${process.versions.node}, ${cpus()[0]?.model ?? ''}, ${String(cpus().length)} cores`);
try {
  await directoryOfSmallFiles();
  if (!isQuick) await oneLargeFile();
  await singleSignature();
} finally {
  await removeTree(scratch);
}

function has(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

/** The least that reading and hashing every file costs: one buffer, one call a file, nothing checked. */
function hashTree(folder: string, buffer: Buffer): void {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) {
      hashTree(path, buffer);
      continue;
    }
    const descriptor = openSync(path, 'r');
    const size = readSync(descriptor, buffer, 0, buffer.length, null);
    closeSync(descriptor);
    hash('sha256', buffer.subarray(0, size), 'hex');
  }
}

async function hashByStreams(folder: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((item) => item.isFile());
  for (let start = 0; start < files.length; start += 16) {
    const batch = files.slice(start, start + 16);
    await Promise.all(
      batch.map((item) => pipeline(createReadStream(join(item.parentPath, item.name)), createHash('sha256'))),
    );
  }
}

/** `sha256sum -c` over a list that `ssh-keygen -Y verify` vouches for. Neither notices an added file. */
function sshSignedList(folder: string): Contender {
  const [list, key, allowed] = ['list', 'ssh', 'allowed'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  const sums = execFileSync('sh', ['-c', 'find . -type f -print0 | sort -z | xargs -0 sha256sum'], {
    cwd: folder,
    maxBuffer: 1e8,
  });
  writeFileSync(list, sums);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', key, '-n', 'bench', list], { stdio: 'ignore' });
  const publicPart = execFileSync('ssh-keygen', ['-y', '-f', key], { encoding: 'utf8' });
  writeFileSync(allowed, `bench ${publicPart}`);
  return {
    name: 'sha256sum -c and ssh-keygen -Y verify',
    run() {
      execFileSync(
        'ssh-keygen',
        ['-Y', 'verify', '-f', allowed, '-I', 'bench', '-n', 'bench', '-s', `${list}.sig`],
        {
          input: sums,
          stdio: ['pipe', 'ignore', 'ignore'],
        },
      );
      execFileSync('sha256sum', ['--quiet', '-c', list], { cwd: folder });
    },
  };
}

async function directoryOfSmallFiles(): Promise<void> {
  const pluginPath = join(scratch, 'small');
  for (let n = 0; n < 1000; n += 1) {
    const folder = join(pluginPath, `folder-${String(n % 20)}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${String(n)}.js`), Buffer.alloc(10_000, n & 0xff));
  }
  const sshContender = has('ssh-keygen') && has('sha256sum') ? [sshSignedList(pluginPath)] : [];
  await writeSignatures(pluginPath, [await service.sign({ pluginPath, privateKey })]);
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  const storeDir = join(scratch, 'store');
  const snapshot = (): Promise<unknown> => verifyAndSnapshot({ pluginPath, chain, storeDir });
  const timings = await measure(
    [
      {
        name: 'floor: read and hash, nothing checked',
        run: () => {
          hashTree(pluginPath, buffer);
        },
      },
      { name: 'verify', run: () => chain.verify({ pluginPath }) },
      { name: 'sign', run: () => service.sign({ pluginPath, privateKey }) },
      { name: 'verifyAndSnapshot, first time', prepare: () => removeTree(storeDir), run: snapshot },
      {
        name: 'verifyAndSnapshot, copy there already',
        prepare: async () => {
          await snapshot();
        },
        run: snapshot,
      },
      {
        name: 'cp -r, nothing checked',
        prepare: () => removeTree(join(scratch, 'copy')),
        run: () => {
          cpSync(pluginPath, join(scratch, 'copy'), { recursive: true });
        },
      },
      { name: 'createReadStream pipelines, 16 at a time', run: () => hashByStreams(pluginPath) },
      ...sshContender,
    ],
    15,
  );
  report('1,000 files of 10 kB', timings);
}

async function oneLargeFile(): Promise<void> {
  const pluginPath = join(scratch, 'large');
  mkdirSync(pluginPath);
  const file = join(pluginPath, 'data.bin');
  const block = Buffer.alloc(1024 * 1024, 7);
  const descriptor = openSync(file, 'w');
  for (let n = 0; n < 500; n += 1) writeSync(descriptor, block);
  closeSync(descriptor);
  let addedMb = 0;
  const contenders: Contender[] = [
    {
      name: 'floor: hash 500 MB in memory, nothing read',
      run() {
        const digest = createHash('sha256');
        for (let n = 0; n < 500; n += 1) digest.update(block);
        digest.digest();
      },
    },
    {
      name: 'scan',
      async run() {
        const before = process.memoryUsage.rss();
        await scanPlugin(pluginPath);
        addedMb = Math.max(addedMb, (process.memoryUsage.rss() - before) / 1e6);
      },
    },
    {
      name: 'createReadStream, default size',
      run: () => pipeline(createReadStream(file), createHash('sha256')),
    },
  ];
  if (has('sha256sum')) contenders.push({ name: 'sha256sum', run: () => execFileSync('sha256sum', [file]) });
  if (has('openssl'))
    contenders.push({ name: 'openssl dgst', run: () => execFileSync('openssl', ['dgst', '-sha256', file]) });
  report(`One file of ${String(statSync(file).size / 1e6)} MB`, await measure(contenders, 5));
  console.log(`memory added by a scan: at most ${addedMb.toFixed(1)} MB`);
  rmSync(pluginPath, { recursive: true });
}

async function singleSignature(): Promise<void> {
  const key = loadKey(privateKey);
  const publicPart = loadKey(publicKey);
  const bytes = preAuthEncoding(Buffer.alloc(200, 1));
  const row = ALGORITHMS.ED25519;
  const signature = row.sign(key, bytes);
  const repeat = 50;
  const times = (run: () => unknown) => (): void => {
    for (let n = 0; n < repeat; n += 1) run();
  };
  const timings = await measure(
    [
      {
        name: 'floor: node:crypto alone',
        run: times(() => cryptoVerify(null, bytes, publicPart.key, signature)),
      },
      { name: 'strict check and node:crypto', run: times(() => row.findFault(publicPart, bytes, signature)) },
      { name: 'sign', run: times(() => row.sign(key, bytes)) },
      {
        name: 'second opinion: tweetnacl',
        run: times(() => row.findFaultBySecondOpinion?.(publicPart, bytes, signature)),
      },
    ],
    9,
  );
  report('One Ed25519 signature over 200 bytes', timings, 'us', repeat);
}
