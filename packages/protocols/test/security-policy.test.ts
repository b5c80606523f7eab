import { describe, expect, test } from 'vitest';
import {
  ResourceLimits,
  STANDARD,
  STANDARD_ALLOWED_MODULES,
  STANDARD_BLOCKED_MODULES,
  SecurityPolicy,
  type SecurityPolicyInput,
  ValidationError,
} from '../src/index.ts';

function catchError(act: () => unknown): ValidationError {
  try {
    act();
  } catch (error) {
    if (error instanceof ValidationError) return error;
  }
  throw new Error('no validation error was thrown');
}

/** Every object inside, itself included. */
function objectsIn(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

describe('SecurityPolicy.create', () => {
  test('has the defaults of the document', () => {
    expect(SecurityPolicy.create()).toEqual({
      isolationLevel: 'process',
      resourceLimits: ResourceLimits.standard(),
      allowNetwork: false,
      allowSubprocess: false,
      allowFileWrite: false,
      allowedModules: STANDARD_ALLOWED_MODULES,
      blockedModules: STANDARD_BLOCKED_MODULES,
      requiredSignatures: 1,
      requireTrustedSigner: true,
      signatureMaxAgeDays: 365,
      enforcement: 'strict',
    });
  });

  test('differs from STANDARD only in asking for a trusted signer', () => {
    expect(SecurityPolicy.create({ requireTrustedSigner: false })).toEqual(STANDARD);
  });

  test('changes what is given and merges limits field by field', () => {
    const policy = SecurityPolicy.create({
      isolationLevel: 'container',
      resourceLimits: { maxMemoryMb: 64 },
      allowedModules: ['node:fs'],
      signatureMaxAgeDays: Infinity,
      enforcement: 'best-effort',
    });
    expect(policy).toEqual({
      ...SecurityPolicy.create(),
      isolationLevel: 'container',
      resourceLimits: ResourceLimits.create({ maxMemoryMb: 64 }),
      allowedModules: ['node:fs'],
      signatureMaxAgeDays: Infinity,
      enforcement: 'best-effort',
    });
  });

  test('is frozen to the last list', () => {
    expect(objectsIn(SecurityPolicy.create()).filter((each) => !Object.isFrozen(each))).toEqual([]);
    expect(Object.isFrozen(SecurityPolicy)).toBe(true);
  });

  test('keeps no list of the caller', () => {
    const blockedModules = ['fs'];
    const policy = SecurityPolicy.create({ blockedModules });
    blockedModules.length = 0;
    expect(policy.blockedModules).toEqual(['fs']);
  });

  test('reports every fault at once, each with its path', () => {
    const { faults, message } = catchError(() =>
      SecurityPolicy.create({
        isolationLevel: 'vm',
        resourceLimits: { maxMemoryMb: 0, maxMemory: 5 },
        allowNetwork: 'no',
        allowedModules: ['fs', '../fs', ''],
        requiredSignatures: -1,
        signatureMaxAgeDays: 1.5,
        enforcement: 'lax',
        allowSubproces: false,
      } as unknown as SecurityPolicyInput),
    );
    expect(faults.map(({ path }) => path)).toEqual([
      'isolationLevel',
      'resourceLimits.maxMemoryMb',
      'resourceLimits.maxMemory',
      'allowNetwork',
      'allowedModules[1]',
      'allowedModules[2]',
      'requiredSignatures',
      'signatureMaxAgeDays',
      'enforcement',
      'allowSubproces',
    ]);
    expect(message).toContain('allowSubproces is not a known policy field: did you mean "allowSubprocess"?');
  });

  test('W-21: signatureMaxAgeDays may be 0, which means no age limit; requiredSignatures may be 0', () => {
    const policy = SecurityPolicy.create({ signatureMaxAgeDays: 0, requiredSignatures: 0 });
    expect(policy).toMatchObject({ signatureMaxAgeDays: 0, requiredSignatures: 0 });
  });

  test.each([
    { signatureMaxAgeDays: -1 },
    { requiredSignatures: Infinity },
    { requiredSignatures: Number.NaN },
  ])('W-21: %j is a RangeError', (input) => {
    expect(() => SecurityPolicy.create(input as SecurityPolicyInput)).toThrow(RangeError);
  });

  test('what a polluted prototype adds is not taken, at either depth', () => {
    const input = {
      __proto__: { __proto__: null, allowNetwork: true },
      resourceLimits: { __proto__: { __proto__: null, maxMemoryMb: Infinity } },
    };
    expect(SecurityPolicy.create(input as SecurityPolicyInput)).toEqual(SecurityPolicy.create());
  });
});
