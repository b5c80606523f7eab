/**
 * Builds and packs all packages twice, in two folders and as two different people would, and compares the
 * tarballs byte by byte. The second build has another path, umask, time zone, language and clock.
 *
 *   node tools/check-reproducible.ts [--keep <folder>] [package …]
 *
 * Names limit what is built to these packages and their neighbours. With --keep, the tarballs of the first build stay in that folder, with what publishing needs.
 *
 * @module
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type PackedPackage, packPackages, sha256Of } from './pack/pack-packages.ts';
import { writePublishFolder } from './pack/publish-folder.ts';
import { runProgram } from './pack/run-program.ts';
import { listPackages, selectPackages } from './pack/workspace-packages.ts';

interface Circumstances {
  readonly folder: string;
  readonly umask: number;
  readonly env: Readonly<Record<string, string>>;
}

/** Tools whose path, relative to a package, is written into what they build: links would lead somewhere else. */
const COPIED_TOOLS = ['tsup'];

const root = join(import.meta.dirname, '..');
const laterClock = join(import.meta.dirname, 'pack', 'later-clock.mjs');
const { values, positionals } = parseArgs({ options: { keep: { type: 'string' } }, allowPositionals: true });

// The copies are no repositories, and cannot ask Git.
process.env['SOURCE_DATE_EPOCH'] ??= runProgram('git', ['log', '-1', '--format=%ct'], { cwd: root }).trim();
const work = realpathSync(mkdtempSync(join(tmpdir(), 'truthound-reproducible-')));
try {
  const first = buildAndPack({ folder: join(work, 'a'), umask: 0o022, env: { TZ: 'UTC', LC_ALL: 'C' } });
  const second = buildAndPack({
    folder: join(work, 'another place', 'with a longer path'),
    umask: 0o077,
    env: {
      TZ: 'Pacific/Kiritimati',
      LC_ALL: 'tr_TR.UTF-8',
      NODE_OPTIONS: `--import=${pathToFileURL(laterClock).href}`,
    },
  });
  const faults = compare(first, second);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else {
    for (const { tarball } of first) console.log(`${sha256Of(tarball)}  ${basename(tarball)}`);
    console.log(`Reproducible: ${String(first.length)} packages, the same bytes from two builds`);
  }
  if (values.keep !== undefined) keep(first, values.keep);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function buildAndPack({ folder, umask, env }: Circumstances): readonly PackedPackage[] {
  const before = { umask: process.umask(umask), env: { ...process.env } };
  Object.assign(process.env, env);
  try {
    copyWorkspace(folder);
    const tsup = join(folder, 'node_modules', 'tsup', 'dist', 'cli-default.js');
    const packages = selectPackages(listPackages(folder), positionals);
    for (const each of packages) runProgram(process.execPath, [tsup], { cwd: each.folder });
    return packPackages(folder, join(folder, 'packed'), packages);
  } finally {
    process.umask(before.umask);
    for (const name of Object.keys(env)) {
      if (before.env[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before.env[name];
    }
  }
}

/** What Git knows, as it lies here. Other tools are those of this workspace, neighbours those of the copy. */
function copyWorkspace(folder: string): void {
  const tracked = runProgram('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of tracked.split('\0').filter((each) => each !== '' && existsSync(join(root, each)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    // Written, not copied: then the umask decides on the mode.
    writeFileSync(join(folder, file), readFileSync(join(root, file)));
  }
  linkModules(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { id } of listPackages(folder)) {
    const own = join(root, 'packages', id, 'node_modules');
    if (existsSync(own)) linkModules(own, join(folder, 'packages', id, 'node_modules'));
  }
}

function linkModules(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((each) => each !== '@truthound')) {
    if (COPIED_TOOLS.includes(name)) cpSync(join(from, name), join(to, name), { recursive: true });
    else symlinkSync(join(from, name), join(to, name), 'junction');
  }
  if (!existsSync(join(from, '@truthound'))) return;
  mkdirSync(join(to, '@truthound'));
  for (const name of readdirSync(join(from, '@truthound'))) {
    const neighbour = join(dirname(to), 'packages', name);
    if (existsSync(neighbour)) symlinkSync(neighbour, join(to, '@truthound', name), 'junction');
  }
}

function compare(first: readonly PackedPackage[], second: readonly PackedPackage[]): readonly string[] {
  return first.flatMap((each) => {
    const other = second.find(({ id }) => id === each.id);
    if (other === undefined) return [`${each.name} was built once only`];
    if (readFileSync(each.tarball).equals(readFileSync(other.tarball))) return [];
    return [`${each.name} differs: ${differingFiles(each, other).join(', ')}`];
  });
}

function differingFiles(one: PackedPackage, other: PackedPackage): readonly string[] {
  const [left, right] = [unpack(one), unpack(other)];
  const names = new Set([...one.files, ...other.files]);
  const differing = [...names].filter((name) => read(left, name) !== read(right, name));
  return differing.length === 0 ? ['modes, order or compression'] : differing;
}

function read(folder: string, name: string): string | undefined {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'latin1') : undefined;
}

function unpack({ tarball, id }: PackedPackage): string {
  const folder = join(dirname(tarball), `unpacked-${id}`);
  mkdirSync(folder);
  runProgram('tar', ['-xzf', tarball, '-C', folder], { cwd: folder });
  return join(folder, 'package');
}

function keep(packed: readonly PackedPackage[], folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const kept = packed.map((each) => {
    const tarball = join(folder, basename(each.tarball));
    cpSync(each.tarball, tarball);
    return { ...each, tarball };
  });
  writePublishFolder(folder, kept, root);
}
