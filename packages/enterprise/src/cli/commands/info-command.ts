import { type PluginInfo, getPreset } from '@truthound/protocols';
import { readSignatures } from '@truthound/signing';
import { EnterprisePluginManager } from '../../enterprise-plugin-manager.ts';
import { createEffectivePolicy } from '../../loading/effective-policy.ts';
import { describePermissions, findDenials } from '../check/policy-denials.ts';
import { type CommandBuilder, defineCommand } from '../command.ts';
import {
  type DiscoveryOptions,
  type PolicyOptions,
  discoveryOptions,
  policyOption,
  toDiscoveryConfig,
} from '../manager-options.ts';
import { discoverTarget, parseTarget, withTarget } from '../plugin-target.ts';
import { printable } from '../printable.ts';

/** Shows what is known about one plugin before any of it runs. */
export const infoCommand: CommandBuilder = defineCommand<[string], DiscoveryOptions & PolicyOptions>({
  syntax: 'info <plugin>',
  summary: 'show a plugin: what it is, needs, asks for and would get',
  description: 'The plugin is an id or a folder. Runs no plugin code; signatures are shown as claimed.',
  examples: [
    ['truthound info csv-reader', 'by its id, below ./plugins'],
    ['truthound info ./my-plugin --policy strict', 'by its folder, under another policy'],
  ],
  options: [...discoveryOptions(), policyOption()],
  async run([name], options) {
    const target = parseTarget(name);
    const config = withTarget(toDiscoveryConfig(options), target, options.plugins !== undefined);
    await using manager = new EnterprisePluginManager(config);
    const plugin = await discoverTarget(manager, target);
    const policy = getPreset(options.policy);
    const signatures = (await readSignatures(plugin.path)).map(
      ({ signerId, keyId, algorithm, expiresAt }) => ({
        signerId,
        keyId,
        algorithm,
        expiresAt,
      }),
    );
    const data = {
      ...describe(plugin),
      dependents: manager
        .listPlugins()
        .flatMap(({ id, manifest }) => (Object.hasOwn(manifest.dependencies, plugin.id) ? [id] : [])),
      claimedSignatures: signatures,
      policy: options.policy,
      effectivePolicy: createEffectivePolicy(policy, plugin.manifest),
      denied: findDenials(plugin.manifest, policy),
    };
    return { lines: toLines(data, plugin), data };
  },
});

function describe({ id, version, description, path, manifest }: PluginInfo): {
  readonly id: string;
  readonly version: string;
  readonly description: string | undefined;
  readonly path: string;
  readonly manifest: PluginInfo['manifest'];
} {
  return { id, version, description, path, manifest };
}

interface InfoData extends ReturnType<typeof describe> {
  readonly dependents: readonly string[];
  readonly claimedSignatures: readonly { readonly signerId: string; readonly keyId: string }[];
  readonly policy: string;
  readonly denied: ReturnType<typeof findDenials>;
}

function toLines(data: InfoData, { manifest }: PluginInfo): readonly string[] {
  const dependencies = Object.entries(manifest.dependencies).map(
    ([id, { range, type }]) => `${id} ${range} (${type})`,
  );
  const fields: readonly (readonly [string, readonly string[]])[] = [
    ['description', [data.description ?? '-']],
    ['folder', [data.path]],
    ['host', [manifest.hostRange ?? 'any version']],
    ['needs', dependencies],
    ['needed by', data.dependents],
    ['asks for', describePermissions(manifest)],
    [`denied by ${data.policy}`, data.denied.map(({ asked, reason }) => `${asked}: ${reason}`)],
    [
      'signed, not verified',
      data.claimedSignatures.map(({ signerId, keyId }) => `"${signerId}", key ${keyId}`),
    ],
  ];
  return [
    printable(`${data.id} ${data.version}`),
    ...fields.flatMap(([title, values]) => [
      `  ${title}`,
      ...(values.length === 0 ? ['-'] : values).map((value) => `    ${printable(value)}`),
    ]),
  ];
}
