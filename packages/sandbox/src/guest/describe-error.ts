import type { RemoteErrorData } from '@truthound/protocols';
import { append, isArray, stringSlice, toText } from '../channel/primordials.ts';

/** What the host may use to tell a denied act from the plugin's own failure. */
export interface DescribedError extends RemoteErrorData {
  /** `error.syscall` of a system error. */
  readonly syscall?: string | undefined;
  /** `error.permission` of Node's permission model. */
  readonly permission?: string | undefined;
  /** What a system error or the permission model refused: a path, an address. */
  readonly resource?: string | undefined;
}

const MAX_DEPTH = 5;
const MAX_TEXT = 8000;

/** Reads a property of something hostile: a getter may throw, or answer a different type each time. */
function read(value: object, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? stringSlice(value, 0, MAX_TEXT) : undefined;
}

function describePrimitive(value: unknown): string {
  try {
    return stringSlice(toText(value), 0, MAX_TEXT);
  } catch {
    return 'a value that cannot be shown';
  }
}

function describeMembers(members: unknown, depth: number): readonly DescribedError[] | undefined {
  const described: DescribedError[] = [];
  try {
    if (!isArray(members)) return undefined;
    for (let index = 0; index < members.length && index < 20; index += 1)
      append(described, describeError(members[index], depth + 1));
  } catch {
    // A proxy, or a getter in a list: what came before it is told.
  }
  return described;
}

/** The code; of an error in which Node wrapped a system error, that one's, which says more. */
function readCode(thrown: object): unknown {
  const code = read(thrown, 'code');
  const info = code === 'ERR_SYSTEM_ERROR' ? read(thrown, 'info') : undefined;
  return typeof info === 'object' && info !== null ? read(info, 'code') : code;
}

/** Turns whatever was thrown into plain data. Never throws itself. */
export function describeError(thrown: unknown, depth = 0): DescribedError {
  if (typeof thrown !== 'object' || thrown === null) {
    return { name: 'NonError', message: describePrimitive(thrown) };
  }
  const code = readCode(thrown);
  const cause = depth < MAX_DEPTH ? read(thrown, 'cause') : undefined;
  const errors = depth < MAX_DEPTH ? describeMembers(read(thrown, 'errors'), depth) : undefined;
  const syscall = text(read(thrown, 'syscall'));
  const permission = text(read(thrown, 'permission'));
  const resource =
    text(read(thrown, 'path')) ?? text(read(thrown, 'resource')) ?? text(read(thrown, 'address'));
  const stack = text(read(thrown, 'stack'));
  return {
    name: text(read(thrown, 'name')) ?? 'Error',
    message: text(read(thrown, 'message')) ?? describePrimitive(thrown),
    ...(stack === undefined ? {} : { stack }),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause === undefined ? {} : { cause: describeError(cause, depth + 1) }),
    ...(errors === undefined ? {} : { errors }),
    ...(syscall === undefined ? {} : { syscall }),
    ...(permission === undefined ? {} : { permission }),
    ...(resource === undefined ? {} : { resource }),
  };
}
