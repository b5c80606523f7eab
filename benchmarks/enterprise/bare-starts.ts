import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
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
