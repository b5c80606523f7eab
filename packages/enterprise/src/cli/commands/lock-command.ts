import { Option } from 'commander';
import { resolve } from 'node:path';
import { EnterprisePluginManager } from '../../enterprise-plugin-manager.ts';
import type { LockDrift } from '../../lock/lock-keeper.ts';
import type { PluginLock } from '../../lock/plugin-lock.ts';
import { CliError } from '../cli-error.ts';
import { type Answer, type CommandBuilder, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { type RunOptions, listRelaxations, toRunConfig, verificationOptions } from '../manager-options.ts';
import { printable } from '../printable.ts';
import { renderTable } from '../table.ts';

/** Records what is installed, or compares with what was recorded. */
export const lockCommand: CommandBuilder = defineCommand<[], RunOptions>({
  syntax: 'lock',
  summary: 'record every plugin in truthound.lock, or refuse drift from it',
  description:
    'Records version, digest, signers and permissions of each plugin, once each is verified. Runs no plugin code. ' +
    'With --frozen nothing is written, and any difference ends with 1.',
  examples: [
    ['truthound lock --store trust.json', 'after installing or updating plugins; commit the file'],
    ['truthound lock --frozen --store trust.json', 'in CI, and before a deployment'],
  ],
  options: [...verificationOptions(), new Option('--frozen', 'compare with the lock file and write nothing')],
  async run(_args, { frozen = false, ...options }, { terminal }) {
    for (const relaxation of listRelaxations(options)) terminal.note(`note: ${relaxation}`, 'yellow');
    await using manager = new EnterprisePluginManager(toRunConfig(options));
    const plugins = await manager.discoverPlugins();
    const [problem] = manager.discoveryProblems;
    if (problem !== undefined)
      throw new CliError(`${problem.path} cannot be locked: ${problem.error.message}`, undefined, {
        cause: problem.error,
      });
    if (plugins.length === 0 && !frozen)
      throw new CliError('there are no plugins to lock: say where to look with --plugins <folder>');
    terminal.progress(`verifying ${plugins.length} plugins`);
    return frozen
      ? describeDrifts(await manager.checkLock())
      : describeLock(await manager.writeLock(), resolve(options.lock));
  },
});

function describeLock(lock: PluginLock, file: string): Answer {
  const entries = Object.entries(lock.plugins).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = entries.map(([id, { version, digest, signers }]) => [
    id,
    version,
    digest.slice(0, 12),
    signers.map(({ signerId }) => signerId).join(', ') || '-',
  ]);
  return {
    lines: [printable(`wrote ${file}`), ...renderTable(['ID', 'VERSION', 'DIGEST', 'SIGNED BY'], rows)],
    data: { file, lock },
  };
}

function describeDrifts(drifts: readonly LockDrift[]): Answer {
  const lines = drifts.flatMap(({ pluginId, drifts: facts }) => [
    pluginId,
    ...facts.map((fact) => `  ${fact}`),
  ]);
  return {
    lines:
      drifts.length === 0
        ? ['everything is as it was locked']
        : [...lines, 'review the changes, then lock again without --frozen'].map(printable),
    data: { isAsLocked: drifts.length === 0, drifts },
    exitCode: drifts.length === 0 ? ExitCode.done : ExitCode.refused,
  };
}
