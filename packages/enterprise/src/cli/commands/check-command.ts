import { resolve } from 'node:path';
import { type Fault, getPreset } from '@truthound/protocols';
import { type PluginCheck, checkPlugin } from '../check/check-plugin.ts';
import { describePermissions } from '../check/policy-denials.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { type PolicyOptions, policyOption } from '../manager-options.ts';
import { printable } from '../printable.ts';
import type { Terminal } from '../terminal.ts';

/** Says everything about a plugin that can be said without running it. */
export const checkCommand: CommandBuilder = defineCommand<[string | undefined], PolicyOptions>({
  syntax: 'check [folder]',
  summary: 'check a plugin: manifest, exports, files, permissions',
  description:
    'Runs no plugin code. Exits with 1 when something keeps the plugin from being signed or loaded; what the policy denies is only told.',
  examples: [
    ['truthound check', 'the plugin in the working folder'],
    ['truthound check ./my-plugin --policy enterprise', 'what another policy would deny it'],
  ],
  options: [policyOption()],
  async run([folder = '.'], options, { terminal, signal }) {
    const check = await checkPlugin(resolve(folder), getPreset(options.policy), signal);
    const isValid = check.faults.length === 0;
    const { manifest, ...facts } = check;
    return {
      lines: toLines(check, options.policy, terminal),
      data: { isValid, id: manifest?.id, version: manifest?.version, policy: options.policy, ...facts },
      exitCode: isValid ? ExitCode.done : ExitCode.refused,
    };
  },
});

function toLines(check: PluginCheck, policy: string, terminal: Terminal): readonly string[] {
  const { manifest, faults, warnings, denied, fileCount, totalBytes, largestFiles, nativeAddons } = check;
  const title = manifest === undefined ? check.path : `${manifest.id} ${manifest.version}`;
  const verdict =
    faults.length === 0
      ? terminal.style('green', 'ok: it can be signed and loaded')
      : terminal.style('red', `${faults.length} fault${faults.length === 1 ? '' : 's'}`);
  return [
    `${printable(title)}  ${verdict}`,
    ...section('faults', faults.map(describeFault)),
    ...section('warnings', warnings.map(describeFault)),
    ...section('asks for', manifest === undefined ? [] : describePermissions(manifest)),
    ...section(
      `denied by the policy "${policy}"`,
      denied.map(({ permission, asked, reason }) => `${permission}: ${asked} (${reason})`),
    ),
    ...section('native addons', nativeAddons),
    `  ${fileCount} files to sign, ${formatBytes(totalBytes)}`,
    ...largestFiles.map(({ path, bytes }) => printable(`    ${formatBytes(bytes).padStart(10)}  ${path}`)),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${printable(line)}`)];
}

function describeFault({ path, problem }: Fault): string {
  return path === '' ? problem : `${path} ${problem}`;
}

function formatBytes(bytes: number): string {
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 ** 2
      ? `${(bytes / 1024).toFixed(1)} KiB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
