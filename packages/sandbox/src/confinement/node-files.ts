/**
 * The files that a Node binary needs to start: itself, its libraries, the loader. Asked of the binary and
 * of the loader, so that a guest in a tree of its own gets these and nothing else of the machine.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SandboxError } from '@truthound/protocols';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

/** What a binary is started with, all by absolute paths. */
export interface NodeFiles {
  /** The binary itself; a script that starts Node stands for the Node that it starts. */
  readonly binary: string;
  /** With the binary. */
  readonly files: readonly string[];
}

const known = new Map<string, Promise<NodeFiles>>();

/** Finds the files of a Node. Asked once for each. @throws SandboxError where they cannot be told */
export function findNodeFiles(node: string): Promise<NodeFiles> {
  const asked = known.get(node) ?? ask(node);
  known.set(node, asked);
  return asked;
}

async function ask(node: string): Promise<NodeFiles> {
  try {
    const options = { timeout: TIMEOUT_MS, env: { PATH: process.env['PATH'] } };
    const { stdout: path } = await run(node, ['-p', 'process.execPath'], options);
    const binary = await realpath(path.trim());
    const { stdout } = await run('ldd', [binary], options);
    return { binary, files: [binary, ...parseLibraries(stdout)] };
  } catch (cause) {
    throw new SandboxError(
      `the libraries of "${node}" cannot be found out with ldd, so bubblewrap cannot run guests on it (guestNode)`,
      {},
      { cause },
    );
  }
}

/** The paths in what `ldd` prints: `libc.so.6 => /lib/libc.so.6 (0x…)`, and the loader's alone. */
export function parseLibraries(printed: string): readonly string[] {
  const paths = printed.split('\n').map((line) => /(?:=>\s*|^\s*)(\/\S+)/.exec(line)?.[1]);
  return [...new Set(paths.filter((path) => path !== undefined))];
}
