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

const KINDS: ReadonlyMap<unknown, EdgeKind> = new Map([
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
  // By far the most frequent one, without hashing it.
  return type === DependencyType.REQUIRED ? REQUIRED : KINDS.get(type);
}

/** The dependency type of one bit. */
export function typeOf(kind: EdgeKind): DependencyType {
  return entryOf(TYPES, kind);
}
