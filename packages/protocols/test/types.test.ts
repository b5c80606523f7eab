/**
 * Calls that must not compile, and what the types promise. The compiler is the test here: an expectation that does
 * not hold, or an error that is no longer there, fails `tsc`.
 */
import { expectTypeOf, test } from 'vitest';
import {
  type ErrorCode,
  type FilePath,
  type HostFunctions,
  IsolationLevel,
  type LifecycleState,
  type PluginContext,
  type PluginEntry,
  PluginManifest,
  type PresetName,
  ResourceLimits,
  type SandboxError,
  type SandboxEngine,
  SandboxTimeoutError,
  SecurityPolicy,
  type SignatureAlgorithm,
  TruthoundError,
  type VersionRequirement,
  compareIsolation,
  createPolicy,
  getPreset,
  listPresets,
} from '../src/index.ts';

/** What stands in `body` is compiled and not run. */
function neverCalled(body: () => void): void {
  expectTypeOf(body).toBeFunction();
}

test('a constant is the union of its values', () => {
  expectTypeOf<IsolationLevel>().toEqualTypeOf<'none' | 'process' | 'container' | 'wasm'>();
  expectTypeOf(IsolationLevel.PROCESS).toEqualTypeOf<'process'>();
  expectTypeOf<SignatureAlgorithm>().toEqualTypeOf<
    'SHA256' | 'SHA512' | 'HMAC_SHA256' | 'HMAC_SHA512' | 'RSA_SHA256' | 'ED25519'
  >();
  expectTypeOf<'reloading'>().toExtend<LifecycleState>();
});

test('a level is one of four', () => {
  expectTypeOf(compareIsolation).parameters.toEqualTypeOf<[IsolationLevel, IsolationLevel]>();
  neverCalled(() => {
    // @ts-expect-error -- no such level
    compareIsolation('vm', 'none');
    // @ts-expect-error -- constants cannot be assigned
    IsolationLevel.NONE = 'process';
  });
});

test('a policy is read-only to the last list', () => {
  expectTypeOf<SecurityPolicy['allowedModules']>().toEqualTypeOf<readonly string[]>();
  neverCalled(() => {
    const policy = createPolicy();
    // @ts-expect-error -- read-only
    policy.allowNetwork = true;
    // @ts-expect-error -- read-only
    policy.resourceLimits.maxMemoryMb = 1;
    // @ts-expect-error -- read-only
    policy.blockedModules[0] = 'fs';
    // @ts-expect-error -- presets cannot be replaced
    SecurityPolicy.STANDARD = policy;
  });
});

test('createPolicy takes every field of a policy and of its limits, and no other', () => {
  expectTypeOf(createPolicy).returns.toEqualTypeOf<SecurityPolicy>();
  neverCalled(() => {
    createPolicy({
      base: 'STRICT',
      maxMemoryMb: 1,
      resourceLimits: { writablePaths: [new URL('file:///x')] },
    });
    // @ts-expect-error -- misspelt
    createPolicy({ allowNetwrok: true });
    // @ts-expect-error -- no such preset
    createPolicy({ base: 'relaxed' });
    // @ts-expect-error -- a partial policy is no base
    createPolicy({ base: { allowNetwork: true } });
    // @ts-expect-error -- wrong type
    createPolicy({ maxMemoryMb: '512' });
    // @ts-expect-error -- undefined is not a value: leave it out
    createPolicy({ maxMemoryMb: undefined });
    // @ts-expect-error -- limits stand in resourceLimits here
    SecurityPolicy.create({ maxMemoryMb: 512 });
    // @ts-expect-error -- misspelt
    ResourceLimits.create({ maxMemory: 512 });
  });
});

test('presets are found by their names', () => {
  expectTypeOf(listPresets()).toEqualTypeOf<readonly PresetName[]>();
  expectTypeOf(getPreset).toBeCallableWith('AIRGAPPED');
  neverCalled(() => {
    // @ts-expect-error -- no such preset
    getPreset('lenient');
  });
});

test('a manifest is read-only, and parsed from anything', () => {
  expectTypeOf(PluginManifest.parse).parameter(0).toBeUnknown();
  expectTypeOf<PluginManifest['permissions']['modules']>().toEqualTypeOf<readonly string[] | undefined>();
  neverCalled(() => {
    const manifest = PluginManifest.parse({});
    // @ts-expect-error -- read-only
    manifest.permissions.network = true;
    // @ts-expect-error -- read-only
    manifest.dependencies['a'] = { range: '*', type: 'required' };
  });
});

test('errors take facts, and are told apart by their fields', () => {
  expectTypeOf<SandboxTimeoutError['timeoutSeconds']>().toBeNumber();
  expectTypeOf<ErrorCode>().toEqualTypeOf<`ERR_${string}`>();
  expectTypeOf<SandboxTimeoutError>().toExtend<SandboxError>();
  neverCalled(() => {
    // @ts-expect-error -- a timeout has a limit and a duration
    new SandboxTimeoutError({ pluginId: 'p' });
    // @ts-expect-error -- the root is abstract
    new TruthoundError('m');
  });
});

test('the interfaces that others implement', () => {
  expectTypeOf<SandboxEngine>().toExtend<AsyncDisposable>();
  expectTypeOf<VersionRequirement['isSatisfiedBy']>().toEqualTypeOf<(version: string) => boolean>();
  expectTypeOf<FilePath>().toEqualTypeOf<string | URL>();
  expectTypeOf<HostFunctions>().toBeObject();
  expectTypeOf<{
    activate(context: PluginContext): void;
    read(text: string): string;
  }>().toExtend<PluginEntry>();
});
