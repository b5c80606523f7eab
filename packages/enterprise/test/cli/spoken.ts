import { PassThrough } from 'node:stream';
import { runCli } from '../../src/cli/run-cli.ts';

export interface Spoken {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpeakOptions {
  readonly signal?: AbortSignal;
  /** Told of each write to standard output. */
  readonly onOutput?: (text: string) => void;
  /** Whether both streams claim to be terminals. */
  readonly isTTY?: boolean;
}

/** Runs the command line in this process: quicker, and seen by the coverage. Paths have to be absolute. */
export async function speak(args: readonly string[], options: SpeakOptions = {}): Promise<Spoken> {
  const { signal = new AbortController().signal, onOutput, isTTY = false } = options;
  const text = { stdout: '', stderr: '' };
  const streamFor = (name: 'stdout' | 'stderr'): NodeJS.WriteStream =>
    Object.assign(
      new PassThrough().on('data', (chunk: Buffer) => {
        text[name] += chunk.toString();
        if (name === 'stdout') onOutput?.(text.stdout);
      }),
      { isTTY },
    ) as unknown as NodeJS.WriteStream;
  const exitCode = await runCli(args, { stdout: streamFor('stdout'), stderr: streamFor('stderr'), signal });
  // What was written last is still on its way through the streams.
  await new Promise(setImmediate);
  return { exitCode, ...text };
}

/** The answer of a command that was run with `--json`. */
export async function ask(
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly data: unknown }> {
  const { exitCode, stdout } = await speak([...args, '--json']);
  return { exitCode, data: JSON.parse(stdout) as unknown };
}
