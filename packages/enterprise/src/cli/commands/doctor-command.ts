import { release } from 'node:os';
import {
  type EnforcementReport,
  GUARANTEES,
  IsolationLevel,
  STANDARD,
  SandboxError,
  createPolicy,
  findUnenforced,
} from '@truthound/protocols';
import { ProcessSandboxEngine, SandboxFactory } from '../../index.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { type ContainerRuntime, probeContainerRuntimes } from '../container-runtimes.ts';
import { ExitCode } from '../exit-code.ts';
import { printable } from '../printable.ts';
import { renderTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** What a machine was found to do. */
interface Diagnosis {
  readonly node: string;
  readonly system: string;
  /** Whether plugins run here under STANDARD as it is. */
  readonly isStandardEnforced: boolean;
  /** Why not, as a sandbox said it. */
  readonly reason: string | undefined;
  readonly unenforced: readonly string[];
  readonly enforcement: EnforcementReport;
  readonly levels: readonly IsolationLevel[];
  readonly containers: readonly ContainerRuntime[];
}

/** Says what this machine enforces, by starting a sandbox and asking it. */
export const doctorCommand: CommandBuilder = defineCommand<[], object>({
  syntax: 'doctor',
  summary: 'say what this machine can enforce, and how to get the rest',
  description:
    'Starts a real sandbox under the policy STANDARD and prints what it and the kernel confirmed. ' +
    'Exits with 1 when STANDARD cannot be kept here.',
  examples: [
    ['truthound doctor', 'on a new server'],
    ['truthound doctor --json', 'in a deployment check'],
  ],
  async run(_args, _options, { terminal, signal }) {
    terminal.progress('starting a sandbox');
    const diagnosis = await diagnose(signal);
    return {
      lines: toLines(diagnosis, terminal),
      data: diagnosis,
      exitCode: diagnosis.isStandardEnforced ? ExitCode.done : ExitCode.refused,
    };
  },
});

async function diagnose(signal: AbortSignal): Promise<Diagnosis> {
  await using engine = new ProcessSandboxEngine({ standby: 0 });
  const reason = await refusalOfStandard(engine, signal);
  const policy = createPolicy({ base: STANDARD, enforcement: 'best-effort' });
  const { enforcement } = await engine.createSandbox('doctor', policy, { signal });
  const [levels, containers] = await Promise.all([
    SandboxFactory.listAvailable(),
    probeContainerRuntimes(signal),
  ]);
  await SandboxFactory.cleanupAll();
  return {
    node: process.version,
    system: `${process.platform} ${release()} ${process.arch}`,
    isStandardEnforced: reason === undefined,
    reason,
    unenforced: findUnenforced(enforcement),
    enforcement,
    levels,
    containers,
  };
}

async function refusalOfStandard(
  engine: ProcessSandboxEngine,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const context = await engine.createSandbox('doctor', STANDARD, { signal });
    await engine.terminate(context);
    return undefined;
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    return error.message;
  }
}

const MARKS = {
  enforced: ['green', 'enforced'],
  partial: ['yellow', 'partial'],
  unavailable: ['red', 'unavailable'],
  'not-requested': ['dim', 'not asked for'],
} as const;

function toLines(diagnosis: Diagnosis, terminal: Terminal): readonly string[] {
  const { enforcement, reason, levels, containers } = diagnosis;
  const width = Math.max(...GUARANTEES.map((name) => name.length));
  const verdict = diagnosis.isStandardEnforced
    ? terminal.style('green', 'the policy STANDARD is enforced on this machine')
    : terminal.style('red', `the policy STANDARD cannot be kept on this machine: ${reason ?? ''}`);
  return [
    printable(`Node ${diagnosis.node}, ${diagnosis.system}`),
    verdict,
    '',
    ...GUARANTEES.flatMap((name) => {
      const { status, by, detail } = enforcement[name];
      const [style, word] = MARKS[status];
      const layers = by.length === 0 ? '' : ` by ${by.join(', ')}`;
      const line = `${name.padEnd(width)}  ${terminal.style(style, word)}${printable(layers)}`;
      return status === 'enforced' ? [line] : [line, printable(`${''.padEnd(width)}  ${detail}`)];
    }),
    '',
    `isolation levels that work here: ${levels.join(', ')}`,
    ...renderTable(
      ['CONTAINERS', 'STATUS', ''],
      containers.map(({ name, status, detail }) => [name, status, detail]),
    ),
    ...(levels.includes(IsolationLevel.CONTAINER)
      ? []
      : ['the policies STRICT and AIRGAPPED need the level "container", which does not work here']),
  ];
}
