import { execFile } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '@truthound/protocols';
import { type NodeFacts, parseNodeVersion } from '../confinement/node-permissions.ts';

const run = promisify(execFile);

/** Oldest Node that guests run on: `module.registerHooks` and `--permission` without "experimental" came with it. */
const OLDEST: NodeFacts = { major: 22, minor: 15 };

const known = new Map<string, Promise<NodeFacts>>();

/** A program's path from the root on: guests start in a folder of their own. A bare name is left to be looked up. */
export function toProgramPath(program: string): string {
  return basename(program) === program ? program : resolve(program);
}

async function askVersion(path: string): Promise<NodeFacts> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000, env: {} });
    return parseNodeVersion(stdout.trim());
  } catch (cause) {
    throw new SandboxError(
      `"${path}" cannot run guests: it does not tell its version (guestNode)`,
      {},
      { cause },
    );
  }
}

/**
 * The version of the Node that guests run on. Asked once for each path.
 * @throws SandboxError for what is no Node, or one too old
 */
export async function readGuestNode(path: string): Promise<NodeFacts> {
  if (path === process.execPath) return parseNodeVersion(process.versions.node);
  const asked = known.get(path) ?? askVersion(path);
  known.set(path, asked);
  const facts = await asked;
  const isOldEnough =
    facts.major > OLDEST.major || (facts.major === OLDEST.major && facts.minor >= OLDEST.minor);
  if (isOldEnough) return facts;
  throw new SandboxError(
    `"${path}" is Node ${String(facts.major)}.${String(facts.minor)} and cannot run guests: ` +
      `the oldest that can is ${String(OLDEST.major)}.${String(OLDEST.minor)} (guestNode)`,
  );
}
