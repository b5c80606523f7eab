/**
 * What signing costs, beside what it cannot be cheaper than and what else there is: `npm run bench -- signing`
 *
 * TMPDIR says on which disk: creating files is most of what a snapshot costs. `--quick` leaves out the file of 500 MB.
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
import { tmpdir } from 'node:os';
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
import { type Contender, compare } from '../harness/compare.ts';
import { endedChildrenCpuMs, ownCpuMs } from '../harness/cpu-time.ts';
import { type Comparison, type Figure, Role, rowOf } from '../harness/figures.ts';
import { type Effort, runSuite } from '../harness/run-suite.ts';

const scratch = mkdtempSync(join(tmpdir(), 'truthound-bench-'));
const { publicKey, privateKey } = await generateKeyPair('ED25519');
const service = new SigningServiceImpl({ signerId: 'bench' });
const chain = new VerificationChainBuilder()
  .withIntegrityCheck()
  .withExpirationCheck()
  .withSignatureCheck({ keys: [publicKey] })
  .build();

/** Of a contender that leaves its work to other programs. */
const withChildren = (): number => ownCpuMs() + endedChildrenCpuMs();

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
    role: Role.PEER,
    cpuMs: withChildren,
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

const FLOOR = 'read and hash, nothing checked';
const VERIFY = 'verify';

async function directoryOfSmallFiles({ rounds }: Effort): Promise<Comparison> {
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
  const copy = join(scratch, 'copy');
  const snapshot = (): Promise<unknown> => verifyAndSnapshot({ pluginPath, chain, storeDir });
  const contenders: readonly Contender[] = [
    { name: FLOOR, role: Role.FLOOR, run: () => hashTree(pluginPath, buffer) },
    { name: VERIFY, role: Role.OURS, run: () => chain.verify({ pluginPath }) },
    { name: 'sign', role: Role.OURS, run: () => service.sign({ pluginPath, privateKey }) },
    {
      name: 'verifyAndSnapshot, first time',
      role: Role.OURS,
      prepare: () => removeTree(storeDir),
      run: snapshot,
    },
    { name: 'verifyAndSnapshot, copy there already', role: Role.OURS, prepare: snapshot, run: snapshot },
    {
      name: 'cp -r, nothing checked',
      role: Role.FLOOR,
      prepare: () => removeTree(copy),
      run: () => cpSync(pluginPath, copy, { recursive: true }),
    },
    {
      name: 'createReadStream pipelines, 16 at a time, nothing checked',
      role: Role.FLOOR,
      run: () => hashByStreams(pluginPath),
    },
    ...sshContender,
  ];
  return compare({ title: '1,000 files of 10 kB', contenders, rounds: rounds(15) });
}

async function oneLargeFile({ rounds }: Effort): Promise<{
  readonly comparison: Comparison;
  readonly addedMb: number;
}> {
  const pluginPath = join(scratch, 'large');
  mkdirSync(pluginPath);
  const file = join(pluginPath, 'data.bin');
  const block = Buffer.alloc(1024 * 1024, 7);
  const descriptor = openSync(file, 'w');
  for (let n = 0; n < 500; n += 1) writeSync(descriptor, block);
  closeSync(descriptor);
  let addedMb = 0;
  const program = (command: string, ...args: readonly string[]): readonly Contender[] => {
    if (!has(command)) return [];
    const run = (): unknown => execFileSync(command, [...args, file]);
    return [{ name: [command, ...args].join(' '), role: Role.PEER, cpuMs: withChildren, run }];
  };
  const contenders: readonly Contender[] = [
    {
      name: 'hash 500 MB in memory, nothing read',
      role: Role.FLOOR,
      run() {
        const digest = createHash('sha256');
        for (let n = 0; n < 500; n += 1) digest.update(block);
        digest.digest();
      },
    },
    {
      name: 'scan',
      role: Role.OURS,
      async run() {
        const before = process.memoryUsage.rss();
        await scanPlugin(pluginPath);
        addedMb = Math.max(addedMb, (process.memoryUsage.rss() - before) / 1e6);
      },
    },
    {
      name: 'createReadStream, default size',
      role: Role.PEER,
      run: () => pipeline(createReadStream(file), createHash('sha256')),
    },
    ...program('sha256sum'),
    ...program('openssl', 'dgst', '-sha256'),
  ];
  const title = `One file of ${String(statSync(file).size / 1e6)} MB`;
  const comparison = await compare({ title, contenders, rounds: rounds(5) });
  rmSync(pluginPath, { recursive: true });
  return { comparison, addedMb };
}

async function singleSignature({ rounds }: Effort): Promise<Comparison> {
  const key = loadKey(privateKey);
  const publicPart = loadKey(publicKey);
  const bytes = preAuthEncoding(Buffer.alloc(200, 1));
  const row = ALGORITHMS.ED25519;
  const signature = row.sign(key, bytes);
  const repeat = 50;
  const times = (run: () => unknown) => (): void => {
    for (let n = 0; n < repeat; n += 1) run();
  };
  const contenders: readonly Contender[] = [
    {
      name: 'node:crypto alone',
      role: Role.FLOOR,
      run: times(() => cryptoVerify(null, bytes, publicPart.key, signature)),
    },
    {
      name: 'strict check and node:crypto',
      role: Role.OURS,
      run: times(() => row.findFault(publicPart, bytes, signature)),
    },
    { name: 'sign', role: Role.OURS, run: times(() => row.sign(key, bytes)) },
    {
      name: 'second opinion: tweetnacl',
      role: Role.OURS,
      run: times(() => row.findFaultBySecondOpinion?.(publicPart, bytes, signature)),
    },
  ];
  const title = 'One Ed25519 signature over 200 bytes';
  return compare({ title, contenders, rounds: rounds(9), operations: repeat });
}

await runSuite(async (effort) => {
  try {
    const small = await directoryOfSmallFiles(effort);
    const large = effort.isQuick ? undefined : await oneLargeFile(effort);
    const figures: Figure[] = [
      {
        what: 'CPU time of a verification, to reading and hashing alone',
        value: rowOf(small, VERIFY).cpu?.ratio.median ?? Number.NaN,
        unit: '×',
        goal: { atMost: 1.35 },
        why: 'Of the rest, about half is listing, `fstat` and checking names, and half is reading and checking the statement.',
      },
    ];
    if (large !== undefined)
      figures.push({ what: 'memory that scanning the large file adds', value: large.addedMb, unit: 'MB' });
    return {
      title: 'What signing costs',
      method:
        'A floor checks nothing: no names, no links, no signature. A copy that is there already saves writing, not reading: the plugin and the copy are both hashed, every time. Nothing is hashed in worker threads.',
      comparisons: [small, ...(large === undefined ? [] : [large.comparison]), await singleSignature(effort)],
      figures,
      skipped: effort.isQuick ? ['a file of 500 MB: the run is a quick one'] : [],
    };
  } finally {
    await removeTree(scratch);
  }
});
