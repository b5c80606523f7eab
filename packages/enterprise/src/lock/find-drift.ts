import type { LockedPlugin } from './plugin-lock.ts';

type Permissions = LockedPlugin['permissions'];

/**
 * In what a plugin differs from what was locked, one sentence each; empty for in nothing.
 * Only sets are compared: in which order signers or permissions are listed says nothing.
 */
export function findDrift(locked: LockedPlugin | undefined, actual: LockedPlugin): readonly string[] {
  if (locked === undefined) return ['it is not in the lock file'];
  const drifts: string[] = [];
  if (locked.version !== actual.version)
    drifts.push(`its version is ${actual.version}, and ${locked.version} is locked`);
  if (locked.digest !== actual.digest)
    drifts.push(`its files have the digest ${actual.digest}, and ${locked.digest} is locked`);
  const name = ({ signerId, keyId }: LockedPlugin['signers'][number]): string => `${signerId} (key ${keyId})`;
  drifts.push(...describeLists('signers', locked.signers.map(name), actual.signers.map(name)));
  for (const field of ['network', 'subprocess'] as const)
    if (locked.permissions[field] !== actual.permissions[field])
      drifts.push(
        `its permission "${field}" is ${String(actual.permissions[field])}, and ${String(locked.permissions[field])} is locked`,
      );
  for (const field of ['read', 'write', 'modules', 'host', 'env'] as const)
    drifts.push(...describePermission(field, locked.permissions, actual.permissions));
  return drifts;
}

function describePermission(
  field: 'read' | 'write' | 'modules' | 'host' | 'env',
  locked: Permissions,
  actual: Permissions,
): readonly string[] {
  const [before, after] = [locked[field], actual[field]];
  if (before === undefined && after === undefined) return [];
  const isAll = 'all that the policy allows';
  return describeLists(`permission "${field}"`, before ?? [isAll], after ?? [isAll]);
}

function describeLists(
  what: string,
  locked: readonly string[],
  actual: readonly string[],
): readonly string[] {
  const added = actual.filter((each) => !locked.includes(each));
  const gone = locked.filter((each) => !actual.includes(each));
  return [
    ...(added.length === 0 ? [] : [`its ${what} has beyond the lock: ${added.join(', ')}`]),
    ...(gone.length === 0 ? [] : [`its ${what} lacks what is locked: ${gone.join(', ')}`]),
  ];
}
