import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The floor: Node starts, finds a file with nothing in it, and ends. Nothing is verified, confined or kept. */
export async function startBareNodes(count: number, atATime: number, folder: string): Promise<void> {
  const script = join(folder, 'empty.js');
  writeFileSync(script, '');
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await new Promise<void>((resolve, reject) => {
        const child = spawn(process.execPath, [script], { env: {}, stdio: 'ignore' });
        child.once('error', reject);
        child.once('exit', () => {
          resolve();
        });
      });
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

/** Linux counts CPU time in these. */
const TICK_MS = 10;

/** CPU time of all children that have ended, in milliseconds; not a number where the system does not tell it. */
export function endedChildrenCpuMs(): number {
  try {
    // See proc(5): cutime and cstime, the 16th and 17th field; the second is in brackets and may hold anything.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}
