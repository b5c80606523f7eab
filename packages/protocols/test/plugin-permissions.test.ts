import { describe, expect, test } from 'vitest';
import { PluginManifest } from '../src/index.ts';

function problemsOf(permissions: unknown): readonly string[] {
  const faults = PluginManifest.check({ name: 'a', version: '1.0.0', truthound: { permissions } });
  return faults.map(({ path, problem }) => `${path.replace('truthound.permissions', '')} ${problem}`);
}

describe('a misspelt permission is refused by its name', () => {
  test.each([
    { written: 'Network', meant: 'network' },
    { written: 'newtork', meant: 'network' },
    { written: 'subproces', meant: 'subprocess' },
    { written: 'reads', meant: 'read' },
    { written: 'module', meant: 'modules' },
    { written: 'hots', meant: 'host' },
  ])('$written', ({ written, meant }) => {
    expect(problemsOf({ [written]: true })).toEqual([
      `.${written} is not a known permission: did you mean "${meant}"?`,
    ]);
  });

  test('and where nothing is near, all of them are named', () => {
    expect(problemsOf({ 'file system': true })).toEqual([
      '["file system"] is not a known permission: the permissions are network, subprocess, read, write, modules, host, env, reasons',
    ]);
  });
});

describe('paths', () => {
  test.each(['./data', './a/b', './..data', '/abs', '/abs/../x', 'C:\\data', 'c:/data'])(
    'may be read: %s',
    (path) => {
      expect(problemsOf({ read: [path] })).toEqual([]);
    },
  );

  test.each([
    'data',
    '../data',
    './../data',
    './a/../../b',
    String.raw`./a\..\b`,
    '.',
    '~/x',
    'C:data',
    7,
    '',
    '/a\0',
  ])('may not be read: %j', (path) => {
    expect(problemsOf({ read: [path] })[0]).toMatch(/^\.read\[0\] must/);
  });

  test.each(['/out', 'C:/out', String.raw`C:\out`])('may be written: %s', (path) => {
    expect(problemsOf({ write: [path] })).toEqual([]);
  });

  test.each(['./data', 'data', '', 7])('may not be written: %j', (path) => {
    expect(problemsOf({ write: [path] })[0]).toMatch(/^\.write\[0\] must/);
  });

  test('a relative path to write says why not', () => {
    expect(problemsOf({ write: ['./out'] })).toEqual([
      '.write[0] must be an absolute path, not "./out": a plugin\'s own files are never writable',
    ]);
  });
});

describe('names', () => {
  test.each(['node:fs', 'fs/promises', '@acme/x', '_http_agent', 'string_decoder'])(
    'module %s is one',
    (name) => {
      expect(problemsOf({ modules: [name] })).toEqual([]);
    },
  );

  test.each(['', '../fs', './fs', 'node:', 'fs/', 'fs/../net', '@acme', 'f s', 7])(
    'module %j is none',
    (name) => {
      expect(problemsOf({ modules: [name] })[0]).toMatch(/^\.modules\[0\] must/);
    },
  );

  test.each(['log', 'kv.get', '$a._b9'])('host function %s is one', (name) => {
    expect(problemsOf({ host: [name] })).toEqual([]);
  });

  test.each(['', '.get', 'kv.', 'kv..get', 'kv-get', '9a', 'a\n'])('host function %j is none', (name) => {
    expect(problemsOf({ host: [name] })[0]).toMatch(/^\.host\[0\] must/);
  });

  test.each(['HOME', '_x', 'lower1'])('variable %s is one', (name) => {
    expect(problemsOf({ env: [name] })).toEqual([]);
  });

  test.each(['', 'A=B', '9A', 'A-B', 'A\n'])('variable %j is none', (name) => {
    expect(problemsOf({ env: [name] })[0]).toMatch(/^\.env\[0\] must/);
  });
});

describe('reasons', () => {
  test('name permissions', () => {
    expect(problemsOf({ reasons: { network: 'rates', read: 'tables' } })).toEqual([]);
    expect(problemsOf({ reasons: { netwrok: 'rates', reasons: 'x', 'a b': 'x' } })).toEqual([
      '.reasons.netwrok does not name a permission',
      '.reasons.reasons does not name a permission',
      '.reasons["a b"] does not name a permission',
    ]);
  });

  test('are text', () => {
    expect(problemsOf({ reasons: { network: true } })).toEqual([
      '.reasons.network must be a string, not true',
    ]);
    expect(problemsOf({ reasons: [] })).toEqual(['.reasons must be an object, not an array']);
  });
});

test.each([null, [], 'all', true])('permissions are not %j', (permissions) => {
  expect(problemsOf(permissions)[0]).toMatch(/^ must be an object/);
});

test('a list has at most 1000 items', () => {
  expect(problemsOf({ env: Array.from({ length: 1001 }, () => 'A') })).toEqual([
    '.env must have at most 1000 items, not 1001',
  ]);
});
