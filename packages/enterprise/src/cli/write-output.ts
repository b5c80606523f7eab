import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';

/** Writes what `--out` names, in folders that are made for it. @throws CliError that names the file, exit code 3 */
export async function writeOutput(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (cause) {
    throw new CliError(`${file} cannot be written: ${(cause as Error).message}`, ExitCode.failed, { cause });
  }
}
