import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AIRGAPPED,
  AIRGAPPED_BLOCKED_MODULES,
  type CreatePolicyOptions,
  DEVELOPMENT,
  ENTERPRISE,
  NETWORK_SYSCALLS,
  type PresetName,
  STANDARD,
  STANDARD_ALLOWED_MODULES,
  STANDARD_BLOCKED_MODULES,
  STRICT,
  SUBPROCESS_SYSCALLS,
  SecurityPolicy,
  TESTING,
  TruthoundError,
  ValidationError,
  createPolicy,
  getPreset,
  listPresets,
} from '../src/index.ts';

function objectsIn(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

/** The document's table, one column a row here: value for value, with the Node names of its modules. */
const D5 = ['fork', 'vfork', 'clone', 'execve', 'execveat'];
const D10 = [...D5, 'socket', 'connect', 'accept', 'bind', 'listen'];
const A = STANDARD_ALLOWED_MODULES;
const B = STANDARD_BLOCKED_MODULES;
const AIR = { allowed: A.filter((name) => name !== 'os' && name !== 'readline' && name !== 'tty') };

// prettier-ignore
const TABLE = [
  { policy: DEVELOPMENT, name: 'development', isolation: 'none',      limits: [4096, 100, 600, 10_000], denied: D5,  net: true,  sub: true,  write: true,  allowed: [],          blocked: [],      signatures: 0, trusted: false, age: 0,   enforcement: 'best-effort' },
  { policy: TESTING,     name: 'testing',     isolation: 'none',      limits: [2048, 100, 120, 1000],   denied: D5,  net: true,  sub: false, write: true,  allowed: [],          blocked: ['ffi'], signatures: 0, trusted: false, age: 0,   enforcement: 'best-effort' },
  { policy: STANDARD,    name: 'standard',    isolation: 'process',   limits: [512, 50, 30, 100],       denied: D5,  net: false, sub: false, write: false, allowed: A,           blocked: B,       signatures: 1, trusted: false, age: 365, enforcement: 'strict' },
  { policy: ENTERPRISE,  name: 'enterprise',  isolation: 'process',   limits: [1024, 80, 60, 100],      denied: D5,  net: false, sub: false, write: false, allowed: A,           blocked: B,       signatures: 1, trusted: true,  age: 180, enforcement: 'strict' },
  { policy: STRICT,      name: 'strict',      isolation: 'container', limits: [128, 25, 10, 10],        denied: D5,  net: false, sub: false, write: false, allowed: A,           blocked: B,       signatures: 2, trusted: true,  age: 90,  enforcement: 'strict' },
  { policy: AIRGAPPED,   name: 'airgapped',   isolation: 'container', limits: [256, 50, 30, 10],        denied: D10, net: false, sub: false, write: false, allowed: AIR.allowed, blocked: AIRGAPPED_BLOCKED_MODULES, signatures: 2, trusted: true, age: 30, enforcement: 'strict' },
] as const;

describe.each(TABLE)('$name', (row) => {
  test('has the values of the table', () => {
    const [maxMemoryMb, maxCpuPercent, maxExecutionTimeSec, maxFileDescriptors] = row.limits;
    expect(row.policy).toEqual({
      isolationLevel: row.isolation,
      resourceLimits: {
        maxMemoryMb,
        maxCpuPercent,
        maxExecutionTimeSec,
        maxFileDescriptors,
        allowedPaths: [],
        writablePaths: [],
        deniedSyscalls: row.denied,
      },
      allowNetwork: row.net,
      allowSubprocess: row.sub,
      allowFileWrite: row.write,
      allowedModules: row.allowed,
      blockedModules: row.blocked,
      requiredSignatures: row.signatures,
      requireTrustedSigner: row.trusted,
      signatureMaxAgeDays: row.age,
      enforcement: row.enforcement,
    });
  });

  test('is found by its name in any case, and as a field of SecurityPolicy', () => {
    const upper = row.name.toUpperCase() as Uppercase<PresetName>;
    expect(getPreset(row.name)).toBe(row.policy);
    expect(getPreset(upper)).toBe(row.policy);
    expect(SecurityPolicy[upper]).toBe(row.policy);
  });

  test('is frozen to the last list', () => {
    expect(objectsIn(row.policy).filter((each) => !Object.isFrozen(each))).toEqual([]);
    expect(() => Object.assign(row.policy, { allowNetwork: true })).toThrow(TypeError);
    expect(() => Object.assign(row.policy.resourceLimits, { maxMemoryMb: 1 })).toThrow(TypeError);
  });

  test('is its own copy when nothing is changed', () => {
    expect(createPolicy({ base: row.policy })).toEqual(row.policy);
    expect(createPolicy({ base: row.name })).toEqual(row.policy);
  });
});

test('listPresets names them, weakest first', () => {
  expect(listPresets()).toEqual(TABLE.map(({ name }) => name));
});

describe('getPreset', () => {
  test.each(['relaxed', '', '__proto__', undefined, 7])('refuses %j and lists the names', (name) => {
    expect(() => getPreset(name as PresetName)).toThrow(ValidationError);
    expect(() => getPreset(name as PresetName)).toThrow(
      'is none; the presets are development, testing, standard, enterprise, strict, airgapped',
    );
  });
});

describe('createPolicy', () => {
  test('starts from the defaults, which ask for a trusted signer', () => {
    expect(createPolicy()).toEqual(SecurityPolicy.create());
  });

  test('changes the fields and the limits of the base that are named', () => {
    const policy = createPolicy({ base: STANDARD, maxMemoryMb: 1024, requireTrustedSigner: true });
    expect(policy).toEqual({
      ...STANDARD,
      requireTrustedSigner: true,
      resourceLimits: { ...STANDARD.resourceLimits, maxMemoryMb: 1024 },
    });
    expect(STANDARD.resourceLimits.maxMemoryMb).toBe(512);
  });

  test('takes every field of the limits flat', () => {
    const limits = {
      maxMemoryMb: 1,
      maxCpuPercent: 2,
      maxExecutionTimeSec: 3,
      maxFileDescriptors: 4,
      allowedPaths: ['/a'],
      writablePaths: ['/b'],
      deniedSyscalls: ['ptrace'],
    };
    expect(createPolicy(limits).resourceLimits).toEqual(limits);
  });

  test('takes limits nested, and lets flat win over nested', () => {
    const { resourceLimits } = createPolicy({
      resourceLimits: { maxMemoryMb: 1, maxCpuPercent: 2 },
      maxMemoryMb: 3,
    });
    expect(resourceLimits).toMatchObject({ maxMemoryMb: 3, maxCpuPercent: 2 });
  });

  test('takes undefined for left out, wherever it stands', () => {
    const options = { base: undefined, resourceLimits: { maxMemoryMb: 7 }, maxMemoryMb: undefined };
    expect(createPolicy(options as never).resourceLimits.maxMemoryMb).toBe(7);
  });

  test('replaces lists and does not join them', () => {
    const policy = createPolicy({ base: 'strict', allowedModules: ['crypto'], blockedModules: [] });
    expect(policy).toEqual({ ...STRICT, allowedModules: ['crypto'], blockedModules: [] });
  });

  test('changes only what is named, from whatever base', () => {
    const base = fc.constantFrom(...listPresets());
    const fields = fc.record(
      {
        maxMemoryMb: fc.integer({ min: 1 }),
        requiredSignatures: fc.nat(),
        requireTrustedSigner: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(base, fields, (name, { maxMemoryMb, ...rest }) => {
        const preset = getPreset(name);
        const options = { base: name, ...rest, ...(maxMemoryMb === undefined ? {} : { maxMemoryMb }) };
        expect(createPolicy(options)).toEqual({
          ...preset,
          ...rest,
          resourceLimits: { ...preset.resourceLimits, ...(maxMemoryMb === undefined ? {} : { maxMemoryMb }) },
        });
      }),
    );
  });

  test('is frozen to the last list', () => {
    const policy = createPolicy({ base: DEVELOPMENT, allowedModules: ['fs'] });
    expect(objectsIn(policy).filter((each) => !Object.isFrozen(each))).toEqual([]);
  });
});

describe('a permission that is set lifts what would make it void', () => {
  test('writablePaths set allowFileWrite', () => {
    expect(createPolicy({ base: STANDARD, writablePaths: ['/out'] }).allowFileWrite).toBe(true);
    expect(createPolicy({ base: STANDARD, resourceLimits: { writablePaths: ['/out'] } }).allowFileWrite).toBe(
      true,
    );
    expect(createPolicy({ base: STANDARD, writablePaths: [] }).allowFileWrite).toBe(false);
  });

  test('allowSubprocess lifts its system calls and its module', () => {
    const { resourceLimits, allowedModules, blockedModules } = createPolicy({
      base: AIRGAPPED,
      allowSubprocess: true,
    });
    expect(resourceLimits.deniedSyscalls).toEqual(NETWORK_SYSCALLS);
    expect(allowedModules).toContain('child_process');
    expect(blockedModules).not.toContain('child_process');
    expect(blockedModules).toContain('net');
  });

  test('allowNetwork lifts its system calls and its modules', () => {
    const { resourceLimits, allowedModules, blockedModules } = createPolicy({
      base: AIRGAPPED,
      allowNetwork: true,
    });
    expect(resourceLimits.deniedSyscalls).toEqual(SUBPROCESS_SYSCALLS);
    expect(allowedModules).toEqual(expect.arrayContaining(['net', 'http', 'https', 'dns']));
    expect(blockedModules).toContain('child_process');
    expect(blockedModules.filter((name) => ['net', 'http', '_http_client'].includes(name))).toEqual([]);
  });

  test('a list that allows all stays empty', () => {
    expect(createPolicy({ base: TESTING, allowSubprocess: true }).allowedModules).toEqual([]);
  });

  test('a module that is listed already is not listed twice', () => {
    const base = SecurityPolicy.create({ allowedModules: ['node:child_process'] });
    expect(createPolicy({ base, allowSubprocess: true }).allowedModules).toEqual(['node:child_process']);
  });

  test('what the caller names himself stays as he named it', () => {
    const explicit = {
      allowNetwork: true,
      allowSubprocess: true,
      allowFileWrite: false,
      writablePaths: ['/out'],
      deniedSyscalls: ['fork'],
      allowedModules: ['fs'],
      blockedModules: ['child_process', 'net'],
    };
    const { resourceLimits, ...policy } = createPolicy(explicit);
    expect({ ...policy, ...resourceLimits }).toMatchObject(explicit);
  });

  test('a permission that is refused, or already in the base, lifts nothing', () => {
    expect(createPolicy({ base: STANDARD, allowSubprocess: false })).toEqual(STANDARD);
    expect(createPolicy({ base: DEVELOPMENT, maxMemoryMb: 1 }).resourceLimits.deniedSyscalls).toEqual(D5);
  });
});

describe('faults', () => {
  test('are all reported at once, flat, nested and in the base', () => {
    const options = {
      base: { ...STANDARD, requiredSignatures: -1 },
      maxMemoryMb: 0,
      resourceLimits: { maxCpuPercent: -1 },
      allowNetwork: 'yes',
      maxMemory: 1,
    } as unknown as CreatePolicyOptions;
    expect(() => createPolicy(options)).toThrow(
      expect.objectContaining({
        name: 'ValidationRangeError',
        message: [
          'policy is not valid:',
          '  - base.requiredSignatures must be a whole number of at least 0, not -1',
          '  - maxMemoryMb must be greater than 0 (Infinity for no limit), not 0',
          '  - resourceLimits.maxCpuPercent must be greater than 0 (Infinity for no limit), not -1',
          '  - allowNetwork must be true or false, not "yes"',
          `  - maxMemory is not a known option: the options are ${[
            ...Object.keys(STANDARD),
            ...Object.keys(STANDARD.resourceLimits),
            'base',
          ].join(', ')}`,
        ].join('\n'),
      }),
    );
    expect(() => createPolicy(options)).toThrow(RangeError);
    expect(() => createPolicy(options)).toThrow(TruthoundError);
  });

  test.each([
    { base: 'relaxed', message: 'base "relaxed" is none; the presets are development' },
    { base: 7, message: 'base must be a policy or a preset name, not 7' },
    { base: null, message: 'base must be a policy or a preset name, not null' },
  ])('a base that is $base is refused', ({ base, message }) => {
    expect(() => createPolicy({ base: base as never })).toThrow(message);
  });
});
