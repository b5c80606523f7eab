/**
 * The empty folder in which a page is followed, as its reader would have it: a home, a shell that stays where
 * it is between commands, and packages only once the page installs them.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { addCommands, installPackages } from './install-packages.ts';
import { removeTree } from '../remove-tree.ts';
import type { PackageSource } from './package-source.ts';

export interface Finished {
  /** `null` when it took too long and was ended. */
  readonly exitCode: number | null;
  /** Standard output and standard error, as a terminal shows them. */
  readonly output: string;
}

/** Longest time for one step. */
const STEP_LIMIT_MS = 300_000;
const INSTALL = /^npm install(?: --save-dev)? (?<names>[\w@][^\n]*)$/m;
/** What a reader's terminal would not have; a test runner sets some of it. */
const ENVIRONMENT: readonly string[] = ['PATH', 'TMPDIR', 'LANG', 'SystemRoot', 'TRUTHOUND_SOURCE_GUEST'];

export class PageFolder implements AsyncDisposable {
  readonly root: string;
  readonly #packages: PackageSource;
  readonly #background: { child: ChildProcess; output: string; isRead: number }[] = [];
  #cwd: string;

  private constructor(root: string, packages: PackageSource) {
    this.root = root;
    this.#packages = packages;
    this.#cwd = join(root, 'work');
  }

  static async create(packages: PackageSource): Promise<PageFolder> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'truthound-page-')));
    const folder = new PageFolder(root, packages);
    await mkdir(folder.#cwd);
    await mkdir(join(root, 'home'));
    return folder;
  }

  /** Gives the folder all packages of the workspace and their commands, for a page that does not install what it uses. */
  async installEverything(): Promise<void> {
    const { folders, thirdParties } = this.#packages;
    await symlink(thirdParties, join(this.root, 'node_modules'));
    for (const folder of folders.values()) await addCommands(folder, join(this.root, 'bin'));
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.#cwd, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${text}\n`);
  }

  /** Runs a module that stands in this folder for as long as it takes. */
  async runModule(name: string, text: string): Promise<Finished> {
    const file = join(this.#cwd, name);
    await writeFile(file, text);
    try {
      return await this.#finish(this.#spawn(process.execPath, [file]));
    } finally {
      await rm(file);
    }
  }

  /** Runs commands. Packages that they install come from where this folder was told. */
  async runShell(text: string): Promise<Finished> {
    const { index, 0: line = '', groups } = INSTALL.exec(text) ?? {};
    if (index === undefined) return this.#runScript(text);
    const before = await this.#runScript(text.slice(0, index));
    if (before.exitCode !== 0) return before;
    const names = (groups?.['names'] ?? '').split(' ').filter((name) => name !== '');
    await installPackages({
      names,
      folder: this.#cwd,
      from: this.#packages,
      isDev: line.includes('--save-dev'),
    });
    const after = await this.runShell(text.slice(index + line.length));
    return { ...after, output: before.output + after.output };
  }

  startShell(text: string): void {
    const run = { child: this.#spawnScript(text), output: '', isRead: 0 };
    collect(run.child, (more) => (run.output += more));
    this.#background.push(run);
  }

  /** Waits until what runs in the background has printed something new that passes; answers what it printed. */
  async waitForOutput(isWanted: (output: string) => boolean): Promise<{ isFound: boolean; output: string }> {
    const run = this.#background.at(-1);
    if (run === undefined) throw new Error('nothing runs in the background');
    const deadline = performance.now() + STEP_LIMIT_MS;
    for (;;) {
      const output = run.output.slice(run.isRead);
      const isFound = isWanted(output);
      if (isFound) run.isRead = run.output.length;
      if (isFound || run.child.exitCode !== null || performance.now() > deadline) return { isFound, output };
      await pause(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#background) {
      const ended = child.exitCode === null ? waitForEnd(child) : Promise.resolve();
      endGroup(child, 'SIGINT');
      const isEnded = await Promise.race([ended.then(() => true), pause(10_000, false, { ref: false })]);
      if (!isEnded) endGroup(child, 'SIGKILL');
      await ended;
    }
    await removeTree(this.root);
  }

  async #runScript(text: string): Promise<Finished> {
    if (text.trim() === '') return { exitCode: 0, output: '' };
    const finished = await this.#finish(this.#spawnScript(text));
    this.#cwd = (await readFile(join(this.root, 'cwd'), 'utf8').catch(() => this.#cwd)).trim();
    return finished;
  }

  #spawnScript(text: string): ChildProcess {
    // As in a terminal, the next command finds the folder and the variables that this one leaves.
    const [cwd, variables] = [join(this.root, 'cwd'), join(this.root, 'variables')];
    const lines = [
      `if [ -f '${variables}' ]; then . '${variables}'; fi`,
      `trap 'pwd > "${cwd}"; export -p > "${variables}"' EXIT`,
      'set -e',
      'exec 2>&1',
      text,
    ];
    return this.#spawn('bash', ['-c', lines.join('\n')]);
  }

  #spawn(command: string, args: readonly string[]): ChildProcess {
    return spawn(command, args, {
      cwd: this.#cwd,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  }

  #environment(): NodeJS.ProcessEnv {
    const kept = ENVIRONMENT.map((name) => [name, process.env[name]] as const);
    return {
      ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)),
      PATH: [dirname(process.execPath), join(this.root, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
      HOME: join(this.root, 'home'),
      NODE_OPTIONS: this.#packages.nodeOptions,
      // Of the many processes of a page, each starts in half the time.
      NODE_COMPILE_CACHE: join(this.#packages.thirdParties, '.cache', 'truthound-pages'),
      NO_COLOR: '1',
      npm_config_update_notifier: 'false',
      npm_config_offline: 'true',
    };
  }

  async #finish(child: ChildProcess): Promise<Finished> {
    let output = '';
    collect(child, (more) => (output += more));
    const timer = setTimeout(() => endGroup(child, 'SIGKILL'), STEP_LIMIT_MS);
    await waitForEnd(child);
    clearTimeout(timer);
    return { exitCode: child.exitCode, output };
  }
}

function collect(child: ChildProcess, take: (more: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (more: string) => take(more));
  }
}

function waitForEnd(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
}

/** A shell's programs are in its process group. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
