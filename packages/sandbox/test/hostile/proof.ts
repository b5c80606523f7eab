import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { once } from 'node:events';
import type { HostileAct } from './hostile-act.ts';
import { SECRET, createScene, writePlugin } from './scene.ts';

const PROOF_LIMIT_MS = 30_000;

/**
 * Runs an attack in a Node without any sandbox, against a stand-in for the host. An attack that cannot
 * succeed even there proves nothing.
 */
export async function findProofProblems(act: HostileAct, node: string): Promise<readonly string[]> {
  // Acts run side by side, and without a sandbox some of them hit whatever runs beside them.
  const problems = await tryToProve(act, node);
  return problems.length === 0 ? problems : tryToProve(act, node);
}

async function tryToProve(act: HostileAct, node: string): Promise<readonly string[]> {
  const standIn = spawn(node, ['-e', 'setTimeout(() => undefined, 60_000)'], { stdio: 'ignore' });
  await once(standIn, 'spawn');
  const scene = await createScene(standIn.pid);
  const script = join(scene.pluginFolder, 'run-attack.mjs');
  const attack =
    typeof act.attack === 'function'
      ? `(${act.attack.toString()})`
      : `(await import('./index.${entryOf(act)}')).attack`;
  if (typeof act.attack !== 'function') writePlugin(scene.pluginFolder, act.attack, scene.bait);
  fs.writeFileSync(
    script,
    `let got; try { got = await ${attack}(${JSON.stringify(scene.bait)}); } catch (error) { got = undefined; console.error(error); }
     process.stdout.write(got ? 'GOT IT' : String(got));
     setTimeout(() => process.exit(), 100);`,
  );
  const child = spawn(node, ['--no-warnings', '--disable-sigusr1', script], {
    detached: true,
    cwd: scene.pluginFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROOF_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  const harm = scene.findHarm();
  standIn.kill('SIGKILL');
  await scene.remove();
  if (harm.length > 0 || output.includes('GOT IT') || output.includes(SECRET)) return [];
  return [
    `the attack does nothing even without a sandbox (${pathToFileURL(script).pathname}): ${output.slice(0, 500)}`,
  ];
}

function entryOf({ attack }: HostileAct): string {
  return 'files' in attack && 'index.cjs' in attack.files ? 'cjs' : 'mjs';
}
