import { describe, expect, test } from 'vitest';
import { ManifestError, PluginManifest } from '../src/index.ts';

/** A package.json that is valid but for what `truthound` brings. */
function packageWith(truthound: unknown, more: object = {}): object {
  return { name: 'csv-profiler', version: '1.2.3', truthound, ...more };
}

function problemsOf(packageJson: unknown): readonly string[] {
  return PluginManifest.check(packageJson).map(({ path, problem }) => `${path} ${problem}`.trim());
}

function objectsIn(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

describe('PluginManifest.parse', () => {
  test('completes a manifest that says nothing with what asks for least', () => {
    expect(PluginManifest.parse(packageWith({}))).toEqual({
      id: 'csv-profiler',
      name: 'csv-profiler',
      version: '1.2.3',
      description: undefined,
      entry: '.',
      hostRange: undefined,
      permissions: {
        network: false,
        subprocess: false,
        read: [],
        write: [],
        modules: undefined,
        host: [],
        env: [],
        reasons: {},
      },
      dependencies: {},
      isolation: 'none',
      state: { version: 1, accepts: [1] },
    });
  });

  test('keeps what a manifest says', () => {
    const permissions = {
      network: true,
      subprocess: true,
      read: ['./data', '/etc/hosts', 'C:\\data'],
      write: ['/var/out', 'D:/out'],
      modules: ['node:crypto', 'fs/promises'],
      host: ['log', 'kv.get'],
      env: ['HOME'],
      reasons: { network: 'fetches rates' },
    };
    const truthound = {
      $schema: './schema.json',
      id: '@acme/profiler',
      entry: './plugin',
      permissions,
      dependencies: { 'csv-reader': '^2.0.0', charts: { range: '>=1', type: 'optional' }, any: {} },
      isolation: 'container',
      state: { version: 3, accepts: [2, 3] },
    };
    const more = { description: 'Profiles', engines: { truthound: '^1.0.0', node: '>=22' } };
    expect(PluginManifest.parse(packageWith(truthound, more))).toEqual({
      id: '@acme/profiler',
      name: 'csv-profiler',
      version: '1.2.3',
      description: 'Profiles',
      entry: './plugin',
      hostRange: '^1.0.0',
      permissions,
      dependencies: {
        'csv-reader': { range: '^2.0.0', type: 'required' },
        charts: { range: '>=1', type: 'optional' },
        any: { range: '*', type: 'required' },
      },
      isolation: 'container',
      state: { version: 3, accepts: [2, 3] },
    });
  });

  test('accepts its own state when only a version is given', () => {
    expect(PluginManifest.parse(packageWith({ state: { version: 4 } })).state).toEqual({
      version: 4,
      accepts: [4],
    });
  });

  test('is frozen to the last list, and keeps nothing of what it was given', () => {
    const permissions = { read: ['./data'], reasons: { read: 'its tables' } };
    const manifest = PluginManifest.parse(packageWith({ permissions, dependencies: { a: '*' } }));
    permissions.read.push('/etc');
    expect(manifest.permissions.read).toEqual(['./data']);
    expect(objectsIn(manifest).filter((each) => !Object.isFrozen(each))).toEqual([]);
    expect(Object.isFrozen(PluginManifest)).toBe(true);
  });

  test('leaves to npm what is npm’s: other fields, and a description that is no text', () => {
    const more = { description: 7, engines: ['odd'], scripts: { test: 'x' }, keywords: [] };
    expect(PluginManifest.parse(packageWith({}, more))).toMatchObject({
      description: undefined,
      hostRange: undefined,
    });
  });

  test('throws one error for all faults, with the file and each path', () => {
    const packageJson = {
      name: 'Bad Name',
      version: '1.2',
      engines: { truthound: '' },
      truthound: { entry: '../up', permissions: { network: 'yes', netwrok: true }, isolaton: 'none' },
    };
    expect(() => PluginManifest.parse(packageJson, 'plugins/bad/package.json')).toThrow(ManifestError);
    expect(problemsOf(packageJson)).toEqual([
      'name must be lower-case letters, digits, ".", "_" and "-", as npm names are, not "Bad Name"',
      'version must be a version as SemVer 2.0.0 has it, such as 1.2.3, not "1.2"',
      'truthound.entry must be a key of the package\'s exports, "." or "./name", not "../up"',
      'truthound.permissions.network must be true or false, not "yes"',
      'truthound.permissions.netwrok is not a known permission: did you mean "network"?',
      'truthound.isolaton is not a known key: did you mean "isolation"?',
      'engines.truthound must not be empty',
    ]);
    expect(() => PluginManifest.parse(packageJson, 'plugins/bad/package.json')).toThrow(
      /^plugin manifest plugins\/bad\/package\.json is not valid:\n {2}- name must be/,
    );
    expect(() => PluginManifest.parse(packageJson)).toThrow(/^plugin manifest package\.json is not valid/);
  });

  test('what a polluted prototype adds is not taken', () => {
    const polluted = { __proto__: { __proto__: null, network: true } };
    const manifest = PluginManifest.parse(
      packageWith({
        __proto__: { __proto__: null, id: 'stolen' },
        permissions: polluted,
        dependencies: { a: { __proto__: { __proto__: null, type: 'dev' } } },
        state: { __proto__: { __proto__: null, version: 9 } },
      }),
    );
    expect(manifest).toMatchObject({
      id: 'csv-profiler',
      permissions: { network: false },
      dependencies: { a: { type: 'required' } },
      state: { version: 1 },
    });
  });
});

describe('PluginManifest.check', () => {
  test.each([null, undefined, [], 'text', 7])('refuses a package.json that is %s', (packageJson) => {
    expect(problemsOf(packageJson)[0]).toMatch(/^must be a JSON object/);
  });

  test('names what is missing', () => {
    expect(problemsOf({})).toEqual([
      'name is missing: npm packages have one',
      'version is missing',
      'truthound is missing: add "truthound": {} to make this package a plugin',
    ]);
  });

  test.each([
    '../evil.js',
    './../evil',
    './a/../../b',
    './.',
    './..',
    '/abs',
    'index.js',
    './a//b',
    './a b',
    './a\n',
    '',
  ])('refuses the entry %j: it must not leave the package', (entry) => {
    expect(problemsOf(packageWith({ entry }))[0]).toMatch(/^truthound\.entry must/);
  });

  test.each(['.', './plugin', './a/b.c', './.hidden', './...'])('accepts the entry %j', (entry) => {
    expect(problemsOf(packageWith({ entry }))).toEqual([]);
  });

  test.each([
    'name\n',
    'n'.repeat(500),
    ' name',
    'na me',
    '../name',
    '@/x',
    '@scope',
    '__proto__',
    '.hidden',
    'A',
  ])('W-72: refuses the name %j', (name) => {
    expect(problemsOf({ name, version: '1.0.0', truthound: {} })[0]).toMatch(/^name must/);
    expect(problemsOf(packageWith({ id: name }))[0]).toMatch(/^truthound\.id must/);
  });

  test.each(['1.2.3\n', 'latest', '1', 'v1.2.3', '', `1.2.3-${'a'.repeat(300)}`])(
    'W-72: refuses the version %j',
    (version) => {
      expect(problemsOf({ name: 'a', version, truthound: {} })[0]).toMatch(/^version must/);
    },
  );

  test('W-72: a name of 214 characters is accepted, one more is not', () => {
    expect(problemsOf({ name: 'n'.repeat(214), version: '1.0.0', truthound: {} })).toEqual([]);
    expect(problemsOf({ name: 'n'.repeat(215), version: '1.0.0', truthound: {} })).toEqual([
      'name must be at most 214 characters long, not 215',
    ]);
  });

  test('a dependency on "__proto__" is refused and not lost', () => {
    const dependencies: unknown = JSON.parse('{"__proto__": "*"}');
    expect(problemsOf(packageWith({ dependencies }))[0]).toMatch(
      /^truthound\.dependencies\.__proto__ must be/,
    );
  });
});
