import { builtinModules } from 'node:module';
import { describe, expect, test } from 'vitest';
import {
  AIRGAPPED_BLOCKED_MODULES,
  STANDARD_ALLOWED_MODULES,
  STANDARD_BLOCKED_MODULES,
  coversModule,
  normalizeModuleName,
} from '../src/index.ts';
import { NETWORK_MODULES, SUBPROCESS_MODULES, TESTING_BLOCKED_MODULES } from '../src/module-lists.ts';

describe('coversModule', () => {
  test.each([
    { list: ['fs'], name: 'fs', covers: true },
    { list: ['fs'], name: 'node:fs', covers: true },
    { list: ['node:fs'], name: 'fs', covers: true },
    { list: ['fs'], name: 'node:fs/promises', covers: true },
    { list: ['fs/promises'], name: 'fs', covers: false },
    { list: ['fs'], name: 'fsx', covers: false },
    { list: ['http'], name: 'http2', covers: false },
    { list: [], name: 'fs', covers: false },
    { list: ['@scope/name'], name: '@scope/name/sub', covers: true },
  ])('$list covers $name: $covers', ({ list, name, covers }) => {
    expect(coversModule(list, name)).toBe(covers);
  });
});

test('a name is compared without its scheme', () => {
  expect(['node:fs', 'fs'].map(normalizeModuleName)).toEqual(['fs', 'fs']);
});

describe('the lists of the presets', () => {
  test('have no module in common', () => {
    expect(STANDARD_ALLOWED_MODULES.filter((name) => coversModule(STANDARD_BLOCKED_MODULES, name))).toEqual(
      [],
    );
  });

  test('decide about every public module of this Node', () => {
    const listed = [...STANDARD_ALLOWED_MODULES, ...STANDARD_BLOCKED_MODULES];
    // Deprecated, and a plugin gains nothing by it: absent from both lists means not allowed.
    const undecided = ['domain'];
    const names = builtinModules.map(normalizeModuleName).filter((name) => !name.startsWith('_'));
    expect(names.filter((name) => !coversModule([...listed, ...undecided], name))).toEqual([]);
  });

  test.each(['child_process', 'net', 'http', 'ffi', 'worker_threads', 'vm', 'module'])(
    'STANDARD blocks %s, as Python blocks its counterpart',
    (name) => {
      expect(coversModule(STANDARD_BLOCKED_MODULES, name)).toBe(true);
      expect(coversModule(STANDARD_ALLOWED_MODULES, name)).toBe(false);
    },
  );

  test('AIRGAPPED blocks more than STANDARD', () => {
    const added = AIRGAPPED_BLOCKED_MODULES.filter((name) => !STANDARD_BLOCKED_MODULES.includes(name));
    expect(added).toEqual(['os', 'readline', 'tty']);
    expect(AIRGAPPED_BLOCKED_MODULES).toEqual(expect.arrayContaining([...STANDARD_BLOCKED_MODULES]));
  });

  test('cannot be changed', () => {
    const lists = [
      AIRGAPPED_BLOCKED_MODULES,
      NETWORK_MODULES,
      STANDARD_ALLOWED_MODULES,
      STANDARD_BLOCKED_MODULES,
      SUBPROCESS_MODULES,
      TESTING_BLOCKED_MODULES,
    ];
    expect(lists.filter((list) => !Object.isFrozen(list))).toEqual([]);
  });
});
