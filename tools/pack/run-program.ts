import { spawnSync } from 'node:child_process';
import process from 'node:process';

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program to its end.
 *
 * @returns what it prints.
 * @throws Error with all that it printed when it fails.
 */
export function runProgram(program: string, args: readonly string[], { cwd, env }: RunOptions): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} in ${cwd}:\n${stdout}${stderr}`);
  return stdout;
}

/** Runs npm on the Node that runs this: what npm compresses depends on the zlib it runs with. */
export function runNpm(args: readonly string[], options: RunOptions): string {
  return runProgram(process.execPath, [findNpm(), ...args], options);
}

/** npm says to its scripts where it stands. */
function findNpm(): string {
  const running = process.env['npm_execpath'];
  if (running === undefined) throw new Error('npm_execpath is not set: start this with npm run, or npx');
  return running;
}
