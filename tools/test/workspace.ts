import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const workspaceRoot: string = fileURLToPath(new URL('../../', import.meta.url));

export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node, the one that runs the tests, in the root of the workspace unless another folder is given. */
export function runNode(args: readonly string[], cwd: string = workspaceRoot): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  return { exitCode: status, stdout, stderr };
}

/** Whether this Node runs the sources as they are. Older ones do not know `using`. */
export const canRunSources: boolean = Number(process.versions.node.split('.')[0]) >= 24;
