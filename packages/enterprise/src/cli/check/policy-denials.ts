/**
 * What a policy keeps from a plugin that asks for it: the same function that narrows policies at loading decides,
 * so that this answer and the sandbox cannot differ.
 *
 * @module
 */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type PluginManifest, type SecurityPolicy, coversModule } from '@truthound/protocols';
import { createEffectivePolicy } from '../../loading/effective-policy.ts';

/** One thing a plugin asks for and would not get. */
export interface Denial {
  /** Field of `truthound.permissions`. */
  readonly permission: 'network' | 'subprocess' | 'read' | 'write' | 'modules';
  readonly asked: string;
  readonly reason: string;
}

/** Everything that `policy` would keep from the plugin. */
export function findDenials(manifest: PluginManifest, policy: SecurityPolicy): readonly Denial[] {
  const { permissions } = manifest;
  const effective = createEffectivePolicy(policy, manifest);
  const { allowedPaths, writablePaths } = effective.resourceLimits;
  const readable = [...allowedPaths, ...writablePaths];
  return [
    ...deny(
      'network',
      permissions.network && !effective.allowNetwork ? ['the network'] : [],
      'allowNetwork is false',
    ),
    ...deny(
      'subprocess',
      permissions.subprocess && !effective.allowSubprocess ? ['starting processes'] : [],
      'allowSubprocess is false',
    ),
    ...deny(
      'read',
      permissions.read.filter((path) => isAbsolute(path) && !isCovered(path, readable)),
      'it is not in allowedPaths',
    ),
    ...deny(
      'write',
      permissions.write.filter((path) => !isCovered(path, writablePaths)),
      policy.allowFileWrite ? 'it is not in writablePaths' : 'allowFileWrite is false',
    ),
    ...(permissions.modules ?? []).flatMap((name) => denyModule(name, policy)),
  ];
}

/** What the manifest asks for, one line each, with the author's reason. */
export function describePermissions({ permissions }: PluginManifest): readonly string[] {
  const { network, subprocess, read, write, modules, host, env, reasons } = permissions;
  const rows: readonly (readonly [string, string])[] = [
    ['network', network ? 'the network' : ''],
    ['subprocess', subprocess ? 'starting processes' : ''],
    ['read', read.join(', ')],
    ['write', write.join(', ')],
    ['modules', modules === undefined ? 'not said: whatever the policy allows' : modules.join(', ')],
    ['host', host.join(', ')],
    ['env', env.join(', ')],
  ];
  return rows.flatMap(([name, asked]) => {
    if (asked === '') return [];
    const reason = Object.hasOwn(reasons, name) ? ` (${reasons[name] ?? ''})` : '';
    return [`${name}: ${asked}${reason}`];
  });
}

function deny(permission: Denial['permission'], asked: readonly string[], reason: string): readonly Denial[] {
  return asked.map((each) => ({ permission, asked: each, reason }));
}

function denyModule(name: string, { allowedModules, blockedModules }: SecurityPolicy): readonly Denial[] {
  const isBlocked = coversModule(blockedModules, name);
  if (!isBlocked && (allowedModules.length === 0 || coversModule(allowedModules, name))) return [];
  const reason = isBlocked ? 'it is in blockedModules' : 'it is not in allowedModules';
  return [{ permission: 'modules', asked: name, reason }];
}

function isCovered(path: string, granted: readonly string[]): boolean {
  return granted.some((root) => {
    const way = relative(root, resolve(path));
    return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}
