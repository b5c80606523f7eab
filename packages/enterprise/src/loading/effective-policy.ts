/**
 * What a plugin really may do: the host's policy and the manifest's permissions, whichever is narrower.
 *
 * @module
 */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import {
  type PluginManifest,
  type PluginPermissions,
  SecurityPolicy,
  compareIsolation,
  coversModule,
} from '@truthound/protocols';

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** The paths that both sides name: of each pair that overlaps, the one further down. */
function intersectPaths(granted: readonly string[], asked: readonly string[]): readonly string[] {
  const paths = asked
    .filter((path) => isAbsolute(path))
    .flatMap((path) =>
      granted.flatMap((grant) =>
        isWithin(grant, path) ? [resolve(path)] : isWithin(path, grant) ? [resolve(grant)] : [],
      ),
    );
  return [...new Set(paths)];
}

/** An empty list would mean "all": this module is there for every plugin anyway, and grants nothing. */
const ALWAYS_THERE = 'process';

function intersectModules(
  granted: readonly string[],
  asked: readonly string[] | undefined,
): readonly string[] {
  if (asked === undefined) return granted;
  const common = granted.length === 0 ? asked : asked.filter((name) => coversModule(granted, name));
  return [ALWAYS_THERE, ...common.filter((name) => name !== ALWAYS_THERE)];
}

/** The narrower of what the host grants and what the plugin asks. Its limits and its signatures stay the host's. */
export function createEffectivePolicy(policy: SecurityPolicy, manifest: PluginManifest): SecurityPolicy {
  const { permissions } = manifest;
  const writablePaths = policy.allowFileWrite
    ? intersectPaths(policy.resourceLimits.writablePaths, permissions.write)
    : [];
  const needsMore = compareIsolation(manifest.isolation, policy.isolationLevel) > 0;
  return SecurityPolicy.create({
    ...policy,
    isolationLevel: needsMore ? manifest.isolation : policy.isolationLevel,
    allowNetwork: policy.allowNetwork && permissions.network,
    allowSubprocess: policy.allowSubprocess && permissions.subprocess,
    allowFileWrite: writablePaths.length > 0,
    allowedModules: intersectModules(policy.allowedModules, permissions.modules),
    resourceLimits: {
      ...policy.resourceLimits,
      allowedPaths: intersectPaths(
        [...policy.resourceLimits.allowedPaths, ...policy.resourceLimits.writablePaths],
        permissions.read,
      ),
      writablePaths,
    },
  });
}

/** What `next` asks for beyond `previous`, one sentence each. */
export function describeWiderPermissions(
  previous: PluginPermissions,
  next: PluginPermissions,
): readonly string[] {
  const added = (before: readonly string[], after: readonly string[]): readonly string[] =>
    after.filter((each) => !before.includes(each));
  const lists = [
    ['read', added(previous.read, next.read)],
    ['write', added(previous.write, next.write)],
    [
      'use the modules',
      next.modules === undefined
        ? previous.modules === undefined
          ? []
          : ['all that the policy allows']
        : added(previous.modules ?? next.modules, next.modules),
    ],
    ['call the host functions', added(previous.host, next.host)],
    ['see the environment variables', added(previous.env, next.env)],
  ] as const;
  return [
    ...(next.network && !previous.network ? ['it wants to use the network'] : []),
    ...(next.subprocess && !previous.subprocess ? ['it wants to start processes'] : []),
    ...lists
      .filter(([, items]) => items.length > 0)
      .map(([act, items]) => `it wants to ${act}: ${items.join(', ')}`),
  ];
}
