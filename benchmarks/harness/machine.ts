/** Where and with what a run was made: what somebody needs to repeat it, or to see why theirs differs. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  readonly openssl: string;
  /** Of this repository; with a plus where files differ from it. `undefined` outside of a clone. */
  readonly commit: string | undefined;
  /** By name, what is measured beside ours, as installed. */
  readonly peers: Readonly<Record<string, string>>;
}

/** The load average over the last minute. */
export function load(): number {
  return loadavg()[0] ?? Number.NaN;
}

export function describeMachine(): Machine {
  const { node, v8, openssl } = process.versions;
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 1e6),
    system: `${process.platform} ${process.arch}, ${release()}`,
    node,
    v8,
    openssl,
    commit: commit(),
    peers: peers(),
  };
}

function commit(): string | undefined {
  try {
    const git = (...args: readonly string[]): string =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const hash = git('rev-parse', '--short=10', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? hash : `${hash}+`;
  } catch {
    return undefined;
  }
}

/** Measured too, and declared by the workspace or by the package that uses them. */
const DECLARED_ELSEWHERE = ['graphlib', 'node-forge'];

/** Declared beside the suites, and not measured. */
const TOOLS = ['prettier'];

function peers(): Readonly<Record<string, string>> {
  const manifest = new URL('../package.json', import.meta.url);
  const { devDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const own = Object.keys(devDependencies).filter(
    (name) => !name.startsWith('@truthound/') && !TOOLS.includes(name),
  );
  const names = [...own, ...DECLARED_ELSEWHERE].sort();
  return Object.fromEntries(names.map((name) => [name, installedVersion(name, manifest)]));
}

/** Not every package exports its `package.json`: it is looked for above the package's entry. */
function installedVersion(name: string, from: URL): string {
  const folders = createRequire(from).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      const { version } = JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as {
        readonly version: string;
      };
      return version;
    } catch {
      // It may be in the next one.
    }
  }
  throw new Error(`${name} is not installed; run npm ci`);
}
