import { release } from 'node:os';
import { STANDARD, SandboxError, createPolicy, findUnenforced } from '@truthound/protocols';
import { ProcessSandboxEngine, SandboxFactory } from '@truthound/sandbox';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { probeContainerRuntimes } from '../container-runtimes.ts';
import { type Diagnosis, describeDiagnosis } from '../diagnosis.ts';
import { ExitCode } from '../exit-code.ts';

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
      lines: describeDiagnosis(diagnosis, terminal),
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
