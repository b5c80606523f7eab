/**
 * Where the paths that a policy names really lie.
 *
 * Links are resolved once, when a sandbox is planned; every layer then gets the resolved paths, and the
 * kernel refuses to follow a link in one of them later. Whoever may write near a granted path could
 * otherwise point it elsewhere between the plan and the guest's lockdown.
 *
 * @module
 */
import { realpath } from 'node:fs/promises';
import { type Guarantee, SandboxError, type SecurityPolicy } from '@truthound/protocols';
import type { PermittedPaths } from './node-permissions.ts';

/** What became of a list of paths. */
interface GrantedPaths {
  /** Absolute and without links, in the order in which they were named, each once. */
  readonly paths: readonly string[];
  /** Named, but not there: nothing is granted for them, also when they are made later. */
  readonly missing: readonly string[];
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR']);

/** The paths that a policy grants, and what the report is to say of those that are not there. */
export interface PolicyPaths extends PermittedPaths {
  readonly notes: Readonly<Partial<Record<Guarantee, string>>>;
}

const describeMissing = (missing: readonly string[]): string =>
  `nothing is granted for what does not exist: ${missing.join(', ')}`;

/**
 * Resolves the paths that a policy grants.
 * @throws SandboxError for a path that this process itself may not look at, or that is a circle of links
 */
export async function grantPaths(
  { allowFileWrite, resourceLimits }: SecurityPolicy,
  pluginId: string,
): Promise<PolicyPaths> {
  const read = await resolvePaths(resourceLimits.allowedPaths, pluginId);
  const write = await resolvePaths(allowFileWrite ? resourceLimits.writablePaths : [], pluginId);
  return {
    read: read.paths,
    write: write.paths,
    notes: {
      ...(read.missing.length === 0 ? {} : { fileRead: describeMissing(read.missing) }),
      ...(write.missing.length === 0 ? {} : { fileWrite: describeMissing(write.missing) }),
    },
  };
}

async function resolvePaths(named: readonly string[], pluginId: string): Promise<GrantedPaths> {
  const resolved = await Promise.all(
    named.map(async (path) => ({ path, real: await resolveGrantedPath(path, pluginId) })),
  );
  return {
    paths: [...new Set(resolved.flatMap(({ real }) => (real === undefined ? [] : [real])))],
    missing: resolved.filter(({ real }) => real === undefined).map(({ path }) => path),
  };
}

async function resolveGrantedPath(path: string, pluginId: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (ABSENT.has((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new SandboxError(
      `the policy of plugin "${pluginId}" grants ${path}, and where that lies cannot be found out: ${String(cause)}; ` +
        'correct allowedPaths or writablePaths',
      { pluginId, details: { path } },
      { cause },
    );
  }
}
