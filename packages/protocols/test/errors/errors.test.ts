/** Every error class: its code, its parents, its facts and its message. */
import { describe, expect, test } from 'vitest';
import * as protocols from '../../src/index.ts';
import {
  CertificateError,
  CertificateExpiredError,
  CertificateNotFoundError,
  CertificateRevokedError,
  DependencyCycleError,
  DependencyError,
  InvalidCertificateError,
  InvalidSignatureError,
  InvalidTransitionError,
  ManifestError,
  MissingDependencyError,
  PluginExecutionError,
  PluginNotFoundError,
  ReloadError,
  SandboxError,
  SandboxResourceError,
  SandboxSecurityViolation,
  SandboxTimeoutError,
  SecurityError,
  SignatureError,
  SignatureExpiredError,
  SignatureTamperError,
  TruthoundError,
  UntrustedSignerError,
  ValidationError,
  ValidationRangeError,
  VersionConflictError,
  VersionFormatError,
} from '../../src/index.ts';

type ErrorClass = abstract new (...args: never[]) => Error;

interface Case {
  readonly error: Error & { readonly code: string };
  readonly name: string;
  readonly code: string;
  readonly parents: readonly ErrorClass[];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const at = new Date('2026-01-02T03:04:05Z');
const security = [SecurityError, TruthoundError];
const sandbox = [SandboxError, ...security];
const signature = [SignatureError, ...security];
const certificate = [CertificateError, ...security];

const CASES: readonly Case[] = [
  {
    error: new SandboxError('the guest is gone', {
      pluginId: 'p',
      sandboxId: 's',
      exitCode: 3,
      signal: 'SIGKILL',
    }),
    name: 'SandboxError',
    code: 'ERR_SANDBOX',
    parents: security,
    facts: { pluginId: 'p', sandboxId: 's', exitCode: 3, signal: 'SIGKILL', details: {} },
    message: 'the guest is gone',
  },
  {
    error: new SandboxTimeoutError({ pluginId: 'p', timeoutSeconds: 30, executionTime: 30.01 }),
    name: 'SandboxTimeoutError',
    code: 'ERR_SANDBOX_TIMEOUT',
    parents: sandbox,
    facts: { timeoutSeconds: 30, executionTime: 30.01 },
    message: 'plugin "p" was stopped after 30.010 s: the limit is 30 s (resourceLimits.maxExecutionTimeSec)',
  },
  {
    error: new SandboxTimeoutError({ timeoutSeconds: 1, executionTime: 1, option: 'timeoutSec' }),
    name: 'SandboxTimeoutError',
    code: 'ERR_SANDBOX_TIMEOUT',
    parents: sandbox,
    facts: { pluginId: undefined },
    message: 'the sandboxed plugin was stopped after 1.000 s: the limit is 1 s (timeoutSec)',
  },
  {
    error: new SandboxSecurityViolation({
      pluginId: 'p',
      violationType: 'module',
      attemptedAction: 'import node:net',
      option: 'blockedModules',
    }),
    name: 'SandboxSecurityViolation',
    code: 'ERR_SANDBOX_VIOLATION',
    parents: sandbox,
    facts: { violationType: 'module', attemptedAction: 'import node:net' },
    message: 'plugin "p" tried what its policy denies: import node:net (blockedModules)',
  },
  {
    error: new SandboxSecurityViolation({ violationType: 'network', attemptedAction: 'connect' }),
    name: 'SandboxSecurityViolation',
    code: 'ERR_SANDBOX_VIOLATION',
    parents: sandbox,
    facts: { violationType: 'network' },
    message: 'the sandboxed plugin tried what its policy denies: connect',
  },
  {
    error: new SignatureError('could not be signed', { pluginId: 'p', signerId: 'alice' }),
    name: 'SignatureError',
    code: 'ERR_SIGNATURE',
    parents: security,
    facts: { pluginId: 'p', signerId: 'alice' },
    message: 'could not be signed',
  },
  {
    error: new SignatureError('without facts'),
    name: 'SignatureError',
    code: 'ERR_SIGNATURE',
    parents: security,
    facts: { pluginId: undefined, signerId: undefined, details: {} },
    message: 'without facts',
  },
  {
    error: new SignatureExpiredError({
      pluginId: 'p',
      expiredAt: at,
      signedAt: new Date(0),
      reason: 'too old',
    }),
    name: 'SignatureExpiredError',
    code: 'ERR_SIGNATURE_EXPIRED',
    parents: signature,
    facts: { expiredAt: at, signedAt: new Date(0) },
    message:
      'the signature of plugin "p" (made at 1970-01-01T00:00:00.000Z) expired at 2026-01-02T03:04:05.000Z, too old: ' +
      'ask its signer for a new one',
  },
  {
    error: new SignatureExpiredError({ expiredAt: at }),
    name: 'SignatureExpiredError',
    code: 'ERR_SIGNATURE_EXPIRED',
    parents: signature,
    facts: { signedAt: undefined },
    message: 'the signature of the plugin expired at 2026-01-02T03:04:05.000Z: ask its signer for a new one',
  },
  {
    error: new SignatureTamperError({
      pluginId: 'p',
      expectedHash: 'aa',
      actualHash: 'bb',
      file: 'a.js',
      problem: 'was changed after signing',
    }),
    name: 'SignatureTamperError',
    code: 'ERR_SIGNATURE_TAMPER',
    parents: signature,
    facts: { expectedHash: 'aa', actualHash: 'bb', file: 'a.js' },
    message: 'plugin "p": file "a.js" was changed after signing',
  },
  {
    error: new SignatureTamperError({
      expectedHash: 'aa',
      actualHash: '',
      problem: 'is not what was signed',
    }),
    name: 'SignatureTamperError',
    code: 'ERR_SIGNATURE_TAMPER',
    parents: signature,
    facts: { file: undefined },
    message: 'the plugin is not what was signed',
  },
  {
    error: new UntrustedSignerError({
      pluginId: 'p',
      signerId: 'mallory',
      trustLevel: 'unknown',
      requiredTrustLevel: 'trusted',
      reason: 'add the key first',
    }),
    name: 'UntrustedSignerError',
    code: 'ERR_SIGNER_UNTRUSTED',
    parents: signature,
    facts: { signerId: 'mallory', trustLevel: 'unknown', requiredTrustLevel: 'trusted' },
    message:
      'plugin "p" is signed by signer "mallory", whose trust level is "unknown" where "trusted" is required: ' +
      'add the key first',
  },
  {
    error: new UntrustedSignerError({ trustLevel: 'revoked', requiredTrustLevel: 'verified' }),
    name: 'UntrustedSignerError',
    code: 'ERR_SIGNER_UNTRUSTED',
    parents: signature,
    facts: { signerId: undefined },
    message:
      'the plugin is signed by an unknown signer, whose trust level is "revoked" where "verified" is required',
  },
  {
    error: new InvalidSignatureError({ pluginId: 'p', algorithm: 'ED25519', reason: 'S is not below L' }),
    name: 'InvalidSignatureError',
    code: 'ERR_SIGNATURE_INVALID',
    parents: signature,
    facts: { algorithm: 'ED25519' },
    message: 'the signature of plugin "p" is not valid: S is not below L',
  },
  {
    error: new CertificateError('not acceptable', { certId: 'c' }),
    name: 'CertificateError',
    code: 'ERR_CERTIFICATE',
    parents: security,
    facts: { certId: 'c' },
    message: 'not acceptable',
  },
  {
    error: new CertificateError('without facts'),
    name: 'CertificateError',
    code: 'ERR_CERTIFICATE',
    parents: security,
    facts: { certId: undefined },
    message: 'without facts',
  },
  {
    error: new CertificateExpiredError({ certId: 'c', expiredAt: at }),
    name: 'CertificateExpiredError',
    code: 'ERR_CERTIFICATE_EXPIRED',
    parents: certificate,
    facts: { expiredAt: at },
    message: 'certificate "c" expired at 2026-01-02T03:04:05.000Z',
  },
  {
    error: new CertificateExpiredError({ expiredAt: at, reason: 'is not valid yet' }),
    name: 'CertificateExpiredError',
    code: 'ERR_CERTIFICATE_EXPIRED',
    parents: certificate,
    facts: { certId: undefined },
    message: 'the certificate is not valid yet',
  },
  {
    error: new CertificateRevokedError({ certId: 'c', revokedAt: at, reason: 'key leaked' }),
    name: 'CertificateRevokedError',
    code: 'ERR_CERTIFICATE_REVOKED',
    parents: certificate,
    facts: { revokedAt: at, reason: 'key leaked' },
    message: 'certificate "c" was revoked at 2026-01-02T03:04:05.000Z: key leaked',
  },
  {
    error: new CertificateNotFoundError({ certId: 'c' }),
    name: 'CertificateNotFoundError',
    code: 'ERR_CERTIFICATE_NOT_FOUND',
    parents: certificate,
    facts: { certId: 'c' },
    message: 'certificate "c" is not in the trust store',
  },
  {
    error: new CertificateNotFoundError({ certId: 'c', where: 'the chain' }),
    name: 'CertificateNotFoundError',
    code: 'ERR_CERTIFICATE_NOT_FOUND',
    parents: certificate,
    facts: {},
    message: 'certificate "c" is not in the chain',
  },
  {
    error: new InvalidCertificateError({ certId: 'c', parseError: 'is no DER' }),
    name: 'InvalidCertificateError',
    code: 'ERR_CERTIFICATE_INVALID',
    parents: certificate,
    facts: { parseError: 'is no DER' },
    message: 'certificate "c" is not valid: is no DER',
  },
  {
    error: new PluginNotFoundError({ pluginId: 'p' }),
    name: 'PluginNotFoundError',
    code: 'ERR_PLUGIN_NOT_FOUND',
    parents: [TruthoundError],
    facts: { pluginId: 'p', known: [] },
    message: 'plugin "p" was not found: no plugin is known',
  },
  {
    error: new PluginNotFoundError({ pluginId: 'p', known: ['a', 'b'], hint: 'discover first' }),
    name: 'PluginNotFoundError',
    code: 'ERR_PLUGIN_NOT_FOUND',
    parents: [TruthoundError],
    facts: { known: ['a', 'b'] },
    message: 'plugin "p" was not found: known are a, b; discover first',
  },
  {
    error: new InvalidTransitionError({
      pluginId: 'p',
      from: 'loaded',
      to: 'active',
      allowed: ['activating', 'error'],
    }),
    name: 'InvalidTransitionError',
    code: 'ERR_INVALID_TRANSITION',
    parents: [TruthoundError],
    facts: { pluginId: 'p', from: 'loaded', to: 'active', allowed: ['activating', 'error'] },
    message:
      'plugin "p" cannot move from "loaded" to "active": from "loaded" it can move to "activating", "error"',
  },
  {
    error: new InvalidTransitionError({ pluginId: 'p', from: 'loaded', to: 'active', allowed: [] }),
    name: 'InvalidTransitionError',
    code: 'ERR_INVALID_TRANSITION',
    parents: [TruthoundError],
    facts: { vetoReason: undefined },
    message: 'plugin "p" cannot move from "loaded" to "active": from "loaded" it can move to nothing',
  },
  {
    error: new InvalidTransitionError({
      pluginId: 'p',
      from: 'loaded',
      to: 'active',
      allowed: [],
      vetoReason: 'maintenance',
    }),
    name: 'InvalidTransitionError',
    code: 'ERR_INVALID_TRANSITION',
    parents: [TruthoundError],
    facts: { vetoReason: 'maintenance' },
    message: 'plugin "p" cannot move from "loaded" to "active": a handler refused: maintenance',
  },
  {
    error: new ReloadError({
      pluginId: 'p',
      step: 'health',
      reason: 'unhealthy',
      previousVersion: '1.0.0',
      newVersion: '2.0.0',
    }),
    name: 'ReloadError',
    code: 'ERR_RELOAD',
    parents: [TruthoundError],
    facts: { pluginId: 'p', step: 'health', previousVersion: '1.0.0', newVersion: '2.0.0' },
    message: 'plugin "p" was not reloaded (health): unhealthy',
  },
  {
    error: new ReloadError({ pluginId: 'p', step: 'interrupted', reason: 'IMMEDIATE' }),
    name: 'ReloadError',
    code: 'ERR_RELOAD',
    parents: [TruthoundError],
    facts: { newVersion: undefined },
    message: 'a call of plugin "p" was cut off by its reload: IMMEDIATE',
  },
  {
    error: new ManifestError({
      file: 'a/package.json',
      faults: [{ path: 'version', problem: 'is missing' }],
    }),
    name: 'ManifestError',
    code: 'ERR_MANIFEST',
    parents: [TruthoundError],
    facts: { file: 'a/package.json', faults: [{ path: 'version', problem: 'is missing' }] },
    message: 'plugin manifest a/package.json is not valid: version is missing',
  },
  {
    error: new DependencyCycleError({ cycle: ['a', 'b', 'a'] }),
    name: 'DependencyCycleError',
    code: 'ERR_DEPENDENCY_CYCLE',
    parents: [DependencyError, TruthoundError],
    facts: { cycle: ['a', 'b', 'a'] },
    message:
      'plugins require one another in a circle: a → b → a; make one of these dependencies optional or remove it',
  },
  {
    error: new MissingDependencyError({ pluginId: 'p', dependencyId: 'd', range: '^1.0.0' }),
    name: 'MissingDependencyError',
    code: 'ERR_DEPENDENCY_MISSING',
    parents: [DependencyError, TruthoundError],
    facts: { pluginId: 'p', dependencyId: 'd' },
    message:
      'plugin "p" requires plugin "d" (^1.0.0), which is not installed: install it, or declare it optional',
  },
  {
    error: new MissingDependencyError({ pluginId: 'p', dependencyId: 'd' }),
    name: 'MissingDependencyError',
    code: 'ERR_DEPENDENCY_MISSING',
    parents: [DependencyError, TruthoundError],
    facts: {},
    message: 'plugin "p" requires plugin "d", which is not installed: install it, or declare it optional',
  },
  {
    error: new VersionConflictError({
      dependencyId: 'd',
      installedVersion: '1.0.0',
      requirements: [
        { requiredBy: 'a', range: '^2.0.0' },
        { requiredBy: 'b', range: '^1.0.0' },
      ],
    }),
    name: 'VersionConflictError',
    code: 'ERR_VERSION_CONFLICT',
    parents: [DependencyError, TruthoundError],
    facts: { dependencyId: 'd', installedVersion: '1.0.0' },
    message:
      'plugin "d" is not in the version that is required: "a" requires ^2.0.0, "b" requires ^1.0.0; installed is 1.0.0',
  },
  {
    error: new VersionConflictError({ dependencyId: 'd', requirements: [] }),
    name: 'VersionConflictError',
    code: 'ERR_VERSION_CONFLICT',
    parents: [DependencyError, TruthoundError],
    facts: { requirements: [] },
    message: 'plugin "d" is not in the version that is required: ; no version fits',
  },
  {
    error: new VersionFormatError({
      input: '1.x',
      expected: 'version',
      reason: 'x is no number',
      position: 2,
    }),
    name: 'VersionFormatError',
    code: 'ERR_VERSION_FORMAT',
    parents: [TruthoundError],
    facts: { input: '1.x', position: 2 },
    message: '"1.x" is not a version at position 2: x is no number',
  },
  {
    error: new VersionFormatError({ input: 'v'.repeat(101), expected: 'constraint', reason: 'too long' }),
    name: 'VersionFormatError',
    code: 'ERR_VERSION_FORMAT',
    parents: [TruthoundError],
    facts: { input: `${'v'.repeat(100)}…`, position: undefined },
    message: `"${'v'.repeat(100)}…" is not a version constraint: too long`,
  },
  {
    error: new ValidationError({ subject: 'thing', faults: [{ path: '', problem: 'must be an object' }] }),
    name: 'ValidationError',
    code: 'ERR_VALIDATION',
    parents: [TruthoundError],
    facts: { subject: 'thing', faults: [{ path: '', problem: 'must be an object' }] },
    message: 'thing is not valid: must be an object',
  },
  {
    error: new ValidationRangeError({
      subject: 'thing',
      faults: [
        { path: 'a', problem: 'must be greater than 0', outOfRange: true },
        { path: 'b', problem: 'is missing' },
      ],
    }),
    name: 'ValidationRangeError',
    code: 'ERR_VALIDATION_RANGE',
    parents: [RangeError, ValidationError, TruthoundError],
    facts: { subject: 'thing' },
    message: 'thing is not valid:\n  - a must be greater than 0\n  - b is missing',
  },
];

describe.each(CASES)('$name: $message', ({ error, name, code, parents, facts, message }) => {
  test('says what happened', () => {
    expect(error.message).toBe(message);
  });

  test('has its code, its name, its facts and its parents', () => {
    expect(error).toMatchObject({ name, code, ...facts });
    for (const parent of [...parents, Error]) expect(error).toBeInstanceOf(parent);
  });

  test('can be sent as JSON', () => {
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name, code, message });
  });
});

describe('SandboxResourceError', () => {
  test.each([
    {
      resourceType: 'memory',
      limit: 128,
      actual: 200,
      message: /^plugin "p" used 200 .*128 MB of memory \(resourceLimits\.maxMemoryMb\)$/,
    },
    {
      resourceType: 'fileDescriptors',
      limit: 10,
      actual: 12,
      message: /10 open files \(resourceLimits\.maxFileDescriptors\)$/,
    },
    {
      resourceType: 'processes',
      limit: 1,
      actual: Number.NaN,
      message: /^plugin "p" used more where the limit is 1 processes$/,
    },
    { resourceType: 'cpu', limit: 25, actual: 90, message: /25 % of a CPU/ },
    { resourceType: 'output', limit: 1024, actual: 2048, message: /1024 bytes of output$/ },
  ] as const)('$resourceType: names the limit and the option', ({ message, ...facts }) => {
    const error = new SandboxResourceError({ pluginId: 'p', ...facts });
    expect(error).toMatchObject({ code: 'ERR_SANDBOX_RESOURCE', ...facts });
    expect(error).toBeInstanceOf(SandboxError);
    expect(error.message).toMatch(message);
  });
});

describe('PluginExecutionError', () => {
  test('carries what the plugin threw', () => {
    const remote = {
      name: 'TypeError',
      message: 'bad cell',
      stack: 'TypeError: bad cell\n  at read',
      code: 'E_CELL',
    };
    const error = new PluginExecutionError({ pluginId: 'p', remote, call: 'read()' });
    expect(error).toMatchObject({
      message: 'plugin "p" threw TypeError in read(): bad cell',
      remoteName: 'TypeError',
      remoteMessage: 'bad cell',
      remoteStack: remote.stack,
      remoteCode: 'E_CELL',
      remoteErrors: undefined,
    });
    expect(error.cause).toBeUndefined();
  });

  test('carries the causes and members of what the plugin threw', () => {
    const member = { name: 'Error', message: 'one' };
    const remote = {
      name: 'AggregateError',
      message: 'all',
      errors: [member],
      cause: { name: 'E', message: 'why' },
    };
    const error = new PluginExecutionError({ pluginId: 'p', remote });
    expect(error.remoteErrors).toEqual([member]);
    expect(error.cause).toMatchObject({
      name: 'PluginExecutionError',
      remoteName: 'E',
      remoteMessage: 'why',
    });
  });

  test('takes a cause of the host before one of the plugin', () => {
    const cause = new Error('host');
    const remote = { name: 'E', message: 'm', cause: { name: 'F', message: 'n' } };
    expect(new PluginExecutionError({ pluginId: 'p', remote }, { cause }).cause).toBe(cause);
  });
});

test('details are copied and frozen', () => {
  const details = { step: 1 };
  const error = new SandboxError('m', { details });
  details.step = 2;
  expect(error.details).toEqual({ step: 1 });
  expect(Object.isFrozen(error.details)).toBe(true);
});

test('every concrete error class has a code of its own', () => {
  const codes = new Map(CASES.map(({ name, code }) => [name, code]));
  expect(new Set(codes.values()).size).toBe(codes.size);
});

test('all 15 classes of the document are there, and no error is missing here', () => {
  const classes = Object.entries(protocols).filter(
    ([, value]) => typeof value === 'function' && value.prototype instanceof Error,
  );
  const covered = new Set([
    ...CASES.map(({ name }) => name),
    'SandboxResourceError',
    'PluginExecutionError',
    // Abstract: only their children are thrown.
    'TruthoundError',
    'SecurityError',
    'DependencyError',
  ]);
  expect(classes.map(([name]) => name).filter((name) => !covered.has(name))).toEqual([]);
  const ofDocument = classes.filter(
    ([, value]) =>
      value === SecurityError || (value as typeof SecurityError).prototype instanceof SecurityError,
  );
  expect(ofDocument).toHaveLength(15);
});
