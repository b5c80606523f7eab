import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ResourceLimits,
  type ResourceLimitsInput,
  SUBPROCESS_SYSCALLS,
  TruthoundError,
  ValidationError,
} from '../src/index.ts';

const LIMIT_FIELDS = ['maxMemoryMb', 'maxCpuPercent', 'maxExecutionTimeSec', 'maxFileDescriptors'] as const;

function catchError(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('the presets', () => {
  const empty = {
    allowedPaths: [],
    writablePaths: [],
    deniedSyscalls: ['fork', 'vfork', 'clone', 'execve', 'execveat'],
  };

  test.each([
    { name: 'minimal', limits: ResourceLimits.minimal(), values: [128, 25, 10, 10] },
    { name: 'standard', limits: ResourceLimits.standard(), values: [512, 50, 30, 100] },
    { name: 'generous', limits: ResourceLimits.generous(), values: [2048, 100, 300, 1000] },
    { name: 'create()', limits: ResourceLimits.create(), values: [512, 50, 30, 100] },
  ])('$name is $values', ({ limits, values }) => {
    const [maxMemoryMb, maxCpuPercent, maxExecutionTimeSec, maxFileDescriptors] = values;
    expect(limits).toEqual({
      maxMemoryMb,
      maxCpuPercent,
      maxExecutionTimeSec,
      maxFileDescriptors,
      ...empty,
    });
  });
});

describe('create', () => {
  test('completes what is given with the defaults', () => {
    const limits = ResourceLimits.create({ maxMemoryMb: 64, deniedSyscalls: ['ptrace'] });
    expect(limits).toEqual({ ...ResourceLimits.standard(), maxMemoryMb: 64, deniedSyscalls: ['ptrace'] });
  });

  test('takes Infinity for no limit', () => {
    const unlimited = Object.fromEntries(LIMIT_FIELDS.map((field) => [field, Infinity]));
    expect(ResourceLimits.create(unlimited)).toMatchObject(unlimited);
  });

  test('takes paths as text and as URLs', () => {
    const limits = ResourceLimits.create({
      allowedPaths: ['/data', new URL('file:///in%20put')],
      writablePaths: [new URL('file:///out')],
    });
    expect(limits.allowedPaths).toEqual(['/data', '/in put']);
    expect(limits.writablePaths).toEqual(['/out']);
  });

  test('is frozen to the last list, and keeps no list of the caller', () => {
    const allowedPaths = ['/data'];
    const limits = ResourceLimits.create({ allowedPaths });
    allowedPaths.push('/etc');
    expect(limits.allowedPaths).toEqual(['/data']);
    expect(() => (limits.allowedPaths as string[]).push('/etc')).toThrow(TypeError);
    expect(() => Object.assign(limits, { maxMemoryMb: 1 })).toThrow(TypeError);
    expect(Object.isFrozen(ResourceLimits)).toBe(true);
    expect(Object.isFrozen(SUBPROCESS_SYSCALLS)).toBe(true);
  });

  test('any limits above 0 come out as they went in', () => {
    const limit = fc.double({ min: 1e-9, noNaN: true, noDefaultInfinity: true });
    const given = fc.record({
      maxMemoryMb: limit,
      maxCpuPercent: limit,
      maxExecutionTimeSec: limit,
      maxFileDescriptors: fc.integer({ min: 1 }),
    });
    fc.assert(
      fc.property(given, (limits) => {
        expect(ResourceLimits.create(limits)).toMatchObject(limits);
      }),
    );
  });
});

describe('W-21: a limit of zero or less is refused, and never means "unlimited"', () => {
  const cases = LIMIT_FIELDS.flatMap((field) =>
    [0, -0, -5, -Infinity, Number.NaN].map((value) => ({ field, value })),
  );

  test.each(cases)('$field: $value', ({ field, value }) => {
    const error = catchError(() => ResourceLimits.create({ [field]: value }));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toBeInstanceOf(TruthoundError);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({
      name: 'ValidationRangeError',
      code: 'ERR_VALIDATION_RANGE',
      message: `ResourceLimits is not valid: ${field} must be greater than 0 (Infinity for no limit), not ${String(value)}`,
    });
  });
});

describe('faults', () => {
  test('are all reported at once, each with its path', () => {
    const error = catchError(() =>
      ResourceLimits.create({
        maxMemoryMb: -1,
        maxFileDescriptors: 1.5,
        allowedPaths: ['/fine', 'relative'],
        deniedSyscalls: ['Fork!'],
        maxCpuPercents: 5,
      } as ResourceLimitsInput),
    );
    expect((error as ValidationError).faults.map(({ path }) => path)).toEqual([
      'maxMemoryMb',
      'maxFileDescriptors',
      'allowedPaths[1]',
      'deniedSyscalls[0]',
      'maxCpuPercents',
    ]);
    expect((error as ValidationError).message).toContain(
      '\n  - maxCpuPercents is not a known limit: did you mean "maxCpuPercent"?',
    );
  });

  test.each([
    { name: 'a string', value: '512' },
    { name: 'null', value: null },
    { name: 'a bigint', value: 512n },
  ])('of type are no range errors: $name', ({ value }) => {
    const error = catchError(() => ResourceLimits.create({ maxMemoryMb: value as never }));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).not.toBeInstanceOf(RangeError);
  });

  test.each([null, [], 7, new Map([['maxMemoryMb', 1]])])('%s is no set of limits', (input) => {
    expect(() => ResourceLimits.create(input as never)).toThrow('must be an object');
  });
});

test('what a polluted prototype adds is not taken', () => {
  const input = { __proto__: { __proto__: null, maxMemoryMb: -1 }, maxCpuPercent: 10 };
  expect(ResourceLimits.create(input)).toEqual({ ...ResourceLimits.standard(), maxCpuPercent: 10 });
});
