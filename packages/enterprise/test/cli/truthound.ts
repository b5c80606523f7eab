/** Runs the command line as its users do, as a process of its own, and in a folder of its own. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program's source, and how Node runs it. */
export const COMMAND: readonly string[] = [
  process.execPath,
  '--conditions=@truthound/source',
  fileURLToPath(new URL('../../src/cli.ts', import.meta.url)),
];

/** Where Node keeps what it made of the sources: each of the many processes starts in half the time. */
export const COMPILE_CACHE: string = fileURLToPath(
  new URL('../../node_modules/.cache/truthound-cli', import.meta.url),
);

/** What of this process's environment the command line gets: the guest that the tests have built. */
export const GUEST_ENVIRONMENT: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[0] === 'TRUTHOUND_SOURCE_GUEST' && entry[1] !== undefined,
  ),
);

/** Whether this Node runs the sources as they are. Older ones do not know `using`, and run what was built. */
export const canRunSources: boolean = Number(process.versions.node.split('.')[0]) >= 24;

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty folder to be a user in. Its files go with it. */
export class Desk implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<Desk> {
    return new Desk(await mkdtemp(join(tmpdir(), 'truthound-cli-test-')));
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  async write(file: string, content: string | object): Promise<string> {
    const path = this.path(file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  /** A folder with a plugin of one function, `greet`. */
  async plugin(folder: string, packageJson: object = {}): Promise<string> {
    await this.write(`${folder}/index.js`, 'export const greet = (name) => `Hello, ${name}!`;\n');
    await this.write(`${folder}/package.json`, {
      name: folder.slice(folder.lastIndexOf('/') + 1),
      version: '1.0.0',
      type: 'module',
      exports: './index.js',
      truthound: {},
      ...packageJson,
    });
    return this.path(folder);
  }

  /** Runs `truthound` with these arguments in this folder. */
  truthound(...args: readonly string[]): Promise<Finished> {
    return this.run([...COMMAND, ...args]);
  }

  /** Runs any program in this folder. */
  run(command: readonly string[], cwd: string = this.root): Promise<Finished> {
    const [file = '', ...args] = command;
    const child = spawn(file, args, {
      cwd,
      env: {
        PATH: process.env['PATH'],
        HOME: this.root,
        XDG_CACHE_HOME: join(this.root, '.cache'),
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...GUEST_ENVIRONMENT,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: { readonly stdout: string[]; readonly stderr: string[] } = { stdout: [], stderr: [] };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => chunks[name].push(chunk));
    }
    return new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (exitCode) => {
        resolve({ exitCode, stdout: chunks.stdout.join(''), stderr: chunks.stderr.join('') });
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await makeWritable(this.root);
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Snapshots are read-only, and would stay. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
  }
}
