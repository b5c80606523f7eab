import { DependencyType } from '@truthound/protocols';
import { entryOf } from './element-at.ts';

/** A dependency type as one bit, so that a set of types is a number. */
export type EdgeKind = number;

export const REQUIRED: EdgeKind = 1;
export const OPTIONAL: EdgeKind = 2;
export const DEV: EdgeKind = 4;

/** What decides the order of loading. */
export const LOADING: EdgeKind = REQUIRED | OPTIONAL;
/** Every kind. */
export const ANY: EdgeKind = LOADING | DEV;

const KINDS: ReadonlyMap<string, EdgeKind> = new Map([
  [DependencyType.REQUIRED, REQUIRED],
  [DependencyType.OPTIONAL, OPTIONAL],
  [DependencyType.DEV, DEV],
]);

const TYPES: ReadonlyMap<EdgeKind, DependencyType> = new Map([
  [REQUIRED, DependencyType.REQUIRED],
  [OPTIONAL, DependencyType.OPTIONAL],
  [DEV, DependencyType.DEV],
]);

/** The bit of a dependency type; `undefined` for anything else. */
export function kindOf(type: unknown): EdgeKind | undefined {
  // By far the most frequent one, and the objects that stand for more than a type, without hashing them.
  if (type === DependencyType.REQUIRED) return REQUIRED;
  return typeof type === 'string' ? KINDS.get(type) : undefined;
}

/** The dependency type of one bit. */
export function typeOf(kind: EdgeKind): DependencyType {
  return entryOf(TYPES, kind);
}
