import { describe, expect, test, vi } from 'vitest';
import type * as protocols from '../../src/index.ts';
import {
  type ErrorCode,
  ManifestError,
  PluginExecutionError,
  SandboxError,
  SandboxTimeoutError,
  SecurityError,
  SignatureError,
  TruthoundError,
  ValidationError,
  ValidationRangeError,
  brandErrorClass,
} from '../../src/index.ts';

const timeout = (cause?: unknown): SandboxTimeoutError =>
  new SandboxTimeoutError({ pluginId: 'p', timeoutSeconds: 1, executionTime: 1.5 }, { cause });

describe('toJSON', () => {
  test('has name, code, message and the facts, and not the stack', () => {
    const error = new SandboxTimeoutError({
      pluginId: 'csv',
      sandboxId: 's1',
      timeoutSeconds: 1,
      executionTime: 1.25,
      details: { call: 'read' },
    });
    expect(error.toJSON()).toEqual({
      name: 'SandboxTimeoutError',
      code: 'ERR_SANDBOX_TIMEOUT',
      message: error.message,
      pluginId: 'csv',
      sandboxId: 's1',
      timeoutSeconds: 1,
      executionTime: 1.25,
      details: { call: 'read' },
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual(error.toJSON());
  });

  test('follows the causes, of this family and of others', () => {
    const root = Object.assign(new TypeError('root'), { code: 'EPERM' });
    const middle = new Error('middle', { cause: root });
    expect(timeout(new SandboxError('inner', {}, { cause: middle })).toJSON().cause).toEqual({
      name: 'SandboxError',
      code: 'ERR_SANDBOX',
      message: 'inner',
      details: {},
      cause: {
        name: 'Error',
        message: 'middle',
        cause: { name: 'TypeError', message: 'root', code: 'EPERM' },
      },
    });
  });

  test.each([
    { thrown: 'text', json: { name: 'string', message: 'text' } },
    { thrown: null, json: { name: 'object', message: 'null' } },
    { thrown: Symbol('s'), json: { name: 'symbol', message: 'Symbol(s)' } },
    { thrown: { secret: 1 }, json: { name: 'object', message: 'an object that is no error' } },
    { thrown: { __proto__: null }, json: { name: 'object', message: 'an object that is no error' } },
  ])('describes a cause that is no error: $json', ({ thrown, json }) => {
    expect(timeout(thrown).toJSON().cause).toEqual(json);
  });

  test('ends where a chain of causes leads back into itself', () => {
    const plain = new Error('plain');
    const error = timeout(plain);
    plain.cause = error;
    expect(error.toJSON().cause).toEqual({
      name: 'Error',
      message: 'plain',
      cause: { name: 'SandboxTimeoutError', message: error.message },
    });
    const self = new Error('self');
    self.cause = self;
    expect(timeout(self).toJSON().cause).toEqual({
      name: 'Error',
      message: 'self',
      cause: { name: 'Error', message: 'self' },
    });
  });
});

describe('an error', () => {
  test('has the name of its class on the prototype, so that the stack begins with it', () => {
    const error = timeout();
    expect(Object.hasOwn(error, 'name')).toBe(false);
    expect(error.stack).toMatch(/^SandboxTimeoutError: plugin "p" was stopped/);
    expect(String(error)).toBe(`SandboxTimeoutError: ${error.message}`);
  });

  test('has no cause of its own accord', () => {
    expect(Object.hasOwn(new SandboxError('m'), 'cause')).toBe(false);
  });
});

describe('instanceof', () => {
  test('follows the hierarchy upwards only', () => {
    expect(timeout()).toBeInstanceOf(SandboxError);
    expect(timeout()).toBeInstanceOf(SecurityError);
    expect(timeout()).toBeInstanceOf(TruthoundError);
    expect(timeout()).toBeInstanceOf(Error);
    expect(timeout()).not.toBeInstanceOf(SignatureError);
    expect(new SandboxError('m')).not.toBeInstanceOf(SandboxTimeoutError);
  });

  test.each([
    undefined,
    null,
    'SandboxError',
    {},
    new Error('e'),
    { name: 'SandboxError', code: 'ERR_SANDBOX' },
  ])('is false for %s', (value) => {
    expect(value instanceof TruthoundError).toBe(false);
    expect(value instanceof ValidationRangeError).toBe(false);
  });

  test('does not take a class for its prototype’s brand', () => {
    expect(SandboxError.prototype instanceof SandboxError).toBe(false);
  });

  test('of a class that is not branded compares the class itself', () => {
    class OwnError extends SandboxError {}
    class OtherError extends SandboxError {}
    expect(new OwnError('m')).toBeInstanceOf(OwnError);
    expect(new OwnError('m')).toBeInstanceOf(SandboxError);
    expect(new OtherError('m')).not.toBeInstanceOf(OwnError);
  });

  test('of a class that another package brands holds as well', () => {
    class ThirdPartyError extends TruthoundError {
      static {
        brandErrorClass(this, 'ThirdPartyError');
      }
      readonly code: ErrorCode = 'ERR_THIRD_PARTY';
    }
    const error = new ThirdPartyError('m');
    expect(error).toBeInstanceOf(ThirdPartyError);
    expect(error.toJSON()).toEqual({ name: 'ThirdPartyError', code: 'ERR_THIRD_PARTY', message: 'm' });
  });
});

describe('two copies of the package in one process', () => {
  async function importSecondCopy(): Promise<typeof protocols> {
    vi.resetModules();
    return await import('../../src/index.ts');
  }

  test('recognise each other’s errors, by class and by parent', async () => {
    const other = await importSecondCopy();
    expect(other.SandboxTimeoutError).not.toBe(SandboxTimeoutError);

    const theirs = new other.SandboxTimeoutError({ timeoutSeconds: 1, executionTime: 2 });
    expect(theirs).toBeInstanceOf(SandboxTimeoutError);
    expect(theirs).toBeInstanceOf(SandboxError);
    expect(theirs).toBeInstanceOf(TruthoundError);
    expect(theirs).not.toBeInstanceOf(ManifestError);
    expect(timeout()).toBeInstanceOf(other.SecurityError);
    expect(new SandboxError('m')).not.toBeInstanceOf(other.SandboxTimeoutError);
  });

  test('recognise each other’s range errors, which have another parent', async () => {
    const other = await importSecondCopy();
    const theirs = new other.ValidationRangeError({ subject: 's', faults: [] });
    expect(theirs).toBeInstanceOf(ValidationRangeError);
    expect(theirs).toBeInstanceOf(ValidationError);
    expect(theirs).toBeInstanceOf(TruthoundError);
    expect(theirs).toBeInstanceOf(RangeError);
    expect(new other.ValidationError({ subject: 's', faults: [] })).not.toBeInstanceOf(ValidationRangeError);
  });

  test('take each other’s errors as causes, with their facts', async () => {
    const other = await importSecondCopy();
    const remote = { name: 'TypeError', message: 'm' };
    const cause = new other.PluginExecutionError({ pluginId: 'p', remote });
    expect(cause).toBeInstanceOf(PluginExecutionError);
    expect(timeout(cause).toJSON().cause).toMatchObject({
      code: 'ERR_PLUGIN_EXECUTION',
      remoteName: 'TypeError',
    });
  });
});
