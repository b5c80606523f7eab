import { describe, expect, test } from 'vitest';
import {
  DependencyType,
  EnforcementMode,
  GUARANTEES,
  ISOLATION_LEVELS,
  IsolationLevel,
  LifecycleEvent,
  LifecycleState,
  RESERVED_EXPORTS,
  ReloadStrategy,
  SignatureAlgorithm,
  TrustLevel,
} from '../src/index.ts';

/** Every constant object of the contract, value for value: they stand in files, logs and messages. */
const CONSTANTS: readonly {
  readonly name: string;
  readonly actual: Readonly<Record<string, string>>;
  readonly expected: Readonly<Record<string, string>>;
}[] = [
  {
    name: 'IsolationLevel',
    actual: IsolationLevel,
    expected: { NONE: 'none', PROCESS: 'process', CONTAINER: 'container', WASM: 'wasm' },
  },
  {
    name: 'TrustLevel',
    actual: TrustLevel,
    expected: { TRUSTED: 'trusted', VERIFIED: 'verified', UNKNOWN: 'unknown', REVOKED: 'revoked' },
  },
  {
    name: 'SignatureAlgorithm',
    actual: SignatureAlgorithm,
    expected: {
      SHA256: 'SHA256',
      SHA512: 'SHA512',
      HMAC_SHA256: 'HMAC_SHA256',
      HMAC_SHA512: 'HMAC_SHA512',
      RSA_SHA256: 'RSA_SHA256',
      ED25519: 'ED25519',
    },
  },
  {
    name: 'DependencyType',
    actual: DependencyType,
    expected: { REQUIRED: 'required', OPTIONAL: 'optional', DEV: 'dev' },
  },
  {
    name: 'LifecycleState',
    actual: LifecycleState,
    expected: {
      DISCOVERED: 'discovered',
      LOADING: 'loading',
      LOADED: 'loaded',
      ACTIVATING: 'activating',
      ACTIVE: 'active',
      DEACTIVATING: 'deactivating',
      INACTIVE: 'inactive',
      UNLOADING: 'unloading',
      UNLOADED: 'unloaded',
      ERROR: 'error',
      RELOADING: 'reloading',
    },
  },
  {
    name: 'LifecycleEvent',
    actual: LifecycleEvent,
    expected: {
      BEFORE_LOAD: 'before-load',
      AFTER_LOAD: 'after-load',
      BEFORE_ACTIVATE: 'before-activate',
      AFTER_ACTIVATE: 'after-activate',
      BEFORE_DEACTIVATE: 'before-deactivate',
      AFTER_DEACTIVATE: 'after-deactivate',
      BEFORE_UNLOAD: 'before-unload',
      AFTER_UNLOAD: 'after-unload',
      ON_ERROR: 'on-error',
      ON_RELOAD: 'on-reload',
    },
  },
  {
    name: 'ReloadStrategy',
    actual: ReloadStrategy,
    expected: { GRACEFUL: 'graceful', IMMEDIATE: 'immediate', ROLLING: 'rolling' },
  },
  {
    name: 'EnforcementMode',
    actual: EnforcementMode,
    expected: { STRICT: 'strict', BEST_EFFORT: 'best-effort' },
  },
];

describe.each(CONSTANTS)('$name', ({ actual, expected }) => {
  test('has exactly the values of the contract', () => {
    expect(actual).toEqual(expected);
  });

  test('cannot be changed', () => {
    expect(Object.isFrozen(actual)).toBe(true);
    expect(() => Object.assign(actual, { NEW: 'new' })).toThrow(TypeError);
  });
});

test.each([
  { name: 'GUARANTEES', list: GUARANTEES, length: 13 },
  { name: 'ISOLATION_LEVELS', list: ISOLATION_LEVELS, length: 4 },
  { name: 'RESERVED_EXPORTS', list: RESERVED_EXPORTS, length: 5 },
])('$name has $length names, each once, and is frozen', ({ list, length }) => {
  expect(new Set(list).size).toBe(length);
  expect(Object.isFrozen(list)).toBe(true);
});
