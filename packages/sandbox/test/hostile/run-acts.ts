/**
 * The host under attack: a process of its own, so that one that is killed, stopped or taken over is seen
 * from outside. Tries every act and prints a line of JSON for each; `{"done":true,…}` comes last.
 *
 * ```sh
 * node --conditions=@truthound/source run-acts.ts '{"only":"network/"}'
 * ```
 *
 * @module
 */
import process from 'node:process';
import { STANDARD, type SandboxEngine, createPolicy } from '@truthound/protocols';
import { PROCESS_HOST } from '../../src/confinement/process-host.ts';
import { ContainerSandboxEngine, ProcessSandboxEngine } from '../../src/index.ts';
import { listActs, loadAct } from './acts.ts';
import { findProofProblems } from './proof.ts';
import { findProblems } from './trial.ts';

/** What the tests ask for, as the first argument. */
export interface RunRequest {
  /** The Node that guests run on. @defaultValue this one */
  readonly guestNode?: string;
  /** Without a way of the guest's own to the kernel, so that bubblewrap has to confine it. @defaultValue false */
  readonly isWrapped?: boolean;
  /** Run guests in containers of this engine. @defaultValue in processes */
  readonly runtime?: string;
  /** Without a CPU limit, which a strict policy would not get from every engine. @defaultValue false */
  readonly isCpuUnlimited?: boolean;
  /** Only acts whose file name holds this. */
  readonly only?: string;
  /** Not these groups. @defaultValue none */
  readonly without?: readonly string[];
  /** Try the acts without a sandbox instead, to see that they are any. */
  readonly proof?: boolean;
}

/** One act's outcome. */
export interface ActResult {
  readonly file: string;
  readonly problems: readonly string[];
}

const CONCURRENCY = 4;

function createEngine({ guestNode, runtime, isWrapped = false }: RunRequest): SandboxEngine {
  const node = guestNode === undefined ? {} : { guestNode };
  const layers = isWrapped ? { [PROCESS_HOST]: { kernelRoads: [] } } : {};
  return runtime === undefined
    ? new ProcessSandboxEngine({ ...node, ...layers })
    : new ContainerSandboxEngine({ ...node, runtime, standby: CONCURRENCY });
}

async function runAll(request: RunRequest): Promise<void> {
  const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const { only = '', without = [], isCpuUnlimited = false } = request;
  const limits = isCpuUnlimited ? { maxCpuPercent: Infinity } : {};
  const files = listActs().filter(
    (file) => file.includes(only) && !without.some((group) => file.startsWith(`${group}/`)),
  );
  await using engine = createEngine(request);
  const bystander = await engine.createSandbox(
    'bystander',
    createPolicy({ base: STANDARD, ...limits, maxExecutionTimeSec: 60 }),
  );
  const waiting = files.values();
  const work = async (): Promise<void> => {
    for (const file of waiting) {
      const act = await loadAct(file);
      if (request.proof === true && act.provable === false) continue;
      const problems =
        request.proof === true
          ? await findProofProblems(act, process.execPath)
          : await findProblems({ ...act, policy: { ...limits, ...act.policy } }, engine, bystander);
      print({ file, problems } satisfies ActResult);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  print({ done: true, uid: process.getuid?.() });
}

await runAll(JSON.parse(process.argv[2] ?? '{}') as RunRequest);
