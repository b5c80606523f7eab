import type { SecurityPolicy } from '@truthound/protocols';
import type { AppliedLayer, Claim } from './enforcement.ts';

/** What Node's own permission model can do, by version. */
export interface NodeFacts {
  readonly major: number;
  readonly minor: number;
}

/** Reads `process.versions.node`. */
export function parseNodeVersion(version: string): NodeFacts {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return { major, minor };
}

/** Paths a guest may use. */
export interface PermittedPaths {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** From Node 25 on the permission model covers sockets. */
export const closesNetwork = ({ major }: NodeFacts): boolean => major >= 25;
/** `node:ffi` came with Node 26.1. */
export const hasFfi = ({ major, minor }: NodeFacts): boolean => major > 26 || (major === 26 && minor >= 1);

/** Flags that turn Node's permission model on with no more than the policy gives. */
export function nodePermissionFlags(
  policy: SecurityPolicy,
  paths: PermittedPaths,
  node: NodeFacts,
  options: { readonly allowInspector: boolean; readonly kernelRoad: 'ffi' | 'native' | undefined },
): readonly string[] {
  return [
    '--permission',
    ...paths.read.map((path) => `--allow-fs-read=${path}`),
    ...paths.write.flatMap((path) => [`--allow-fs-read=${path}`, `--allow-fs-write=${path}`]),
    ...(policy.allowSubprocess ? ['--allow-child-process'] : []),
    ...(policy.allowNetwork && closesNetwork(node) ? ['--allow-net'] : []),
    // Each is given up by the guest itself once the kernel has locked it down, before any plugin code runs.
    ...(options.kernelRoad === 'ffi' ? ['--allow-ffi', '--no-addons'] : []),
    ...(options.kernelRoad === 'native' ? ['--allow-addons'] : []),
    ...(options.kernelRoad === undefined ? ['--no-addons'] : []),
    ...(options.allowInspector && closesNetwork(node) ? ['--allow-inspector'] : []),
  ];
}

/** What the permission model keeps. Node's documentation calls it a seat belt, so nothing here counts as more than partial. */
export function nodePermissionsLayer(node: NodeFacts, hasNarrowPaths: boolean): AppliedLayer {
  const claim = (guarantee: Claim['guarantee'], detail: string): Claim => ({
    guarantee,
    strength: 'partial',
    detail,
  });
  return {
    name: 'node-permissions',
    claims: [
      ...(hasNarrowPaths
        ? [
            claim('fileRead', 'only the granted paths, but for links that already stand inside them'),
            claim('fileWrite', 'only the granted paths, but for links that already stand inside them'),
          ]
        : []),
      claim('subprocess', 'child_process is closed'),
      claim('processCount', 'child_process is closed'),
      ...(closesNetwork(node) ? [claim('network', 'sockets are closed')] : []),
    ],
  };
}
