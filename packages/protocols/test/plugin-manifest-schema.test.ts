/** The schema that editors use and the check that the host runs must agree on every manifest. */
import Ajv2020 from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import schema from '../plugin-manifest.schema.json' with { type: 'json' };
import { PluginManifest } from '../src/index.ts';

const ajv = new Ajv2020.default({ strict: true, strictTypes: false, allErrors: true });
const isValidBySchema = ajv.compile(schema);

function verdicts(packageJson: unknown): { readonly bySchema: boolean; readonly byCheck: boolean } {
  return {
    bySchema: isValidBySchema(packageJson),
    byCheck: PluginManifest.check(packageJson).length === 0,
  };
}

const GOOD: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { truthound: { $schema: './x.json', id: '@a/b', entry: './x', isolation: 'wasm' } },
  { truthound: { entry: './a/b.c' } },
  { truthound: { entry: './...' } },
  { truthound: { dependencies: { a: '^1', '@b/c': { range: '*', type: 'optional' }, d: {} } } },
  { truthound: { state: { version: 2, accepts: [1, 2] } } },
  { truthound: { state: { accepts: [] } } },
  { truthound: { permissions: { network: true, subprocess: false, read: ['./x', '/y', 'C:\\z'] } } },
  { truthound: { permissions: { write: ['/x'], modules: ['node:fs', '@a/b', 'fs/promises'] } } },
  { truthound: { permissions: { host: ['a.b'], env: ['A'], reasons: { env: 'why' } } } },
  { truthound: { permissions: { read: ['./..data', '/a/../b'] } } },
  { engines: { truthound: '^1.0.0' } },
  { engines: 'odd' },
  { engines: [] },
  { description: 7, anything: null },
  { version: '1.0.0-rc.1+build.5' },
  { name: '@scope/name' },
  { name: 'n'.repeat(214) },
];

const BAD: readonly Readonly<Record<string, unknown>>[] = [
  { name: 'Upper' },
  { name: 'name\n' },
  { name: 'n'.repeat(215) },
  { name: 7 },
  { name: null },
  { version: '1.0' },
  { version: '01.0.0' },
  { version: '1.0.0\n' },
  { version: `1.0.0-${'a'.repeat(260)}` },
  { truthound: null },
  { truthound: [] },
  { truthound: 'yes' },
  { truthound: { unknown: 1 } },
  { truthound: { $schema: '' } },
  { truthound: { id: '' } },
  { truthound: { id: '../x' } },
  { truthound: { entry: '../x' } },
  { truthound: { entry: './../x' } },
  { truthound: { entry: './x/..' } },
  { truthound: { entry: './.' } },
  { truthound: { entry: 'x' } },
  { truthound: { entry: `./${'x'.repeat(200)}` } },
  { truthound: { isolation: 'PROCESS' } },
  { truthound: { isolation: 1 } },
  { truthound: { dependencies: [] } },
  { truthound: { dependencies: { A: '*' } } },
  { truthound: { dependencies: { a: ' ' } } },
  { truthound: { dependencies: { a: 1 } } },
  { truthound: { dependencies: { a: null } } },
  { truthound: { dependencies: { a: { range: '', type: 'required' } } } },
  { truthound: { dependencies: { a: { type: 'peer' } } } },
  { truthound: { dependencies: { a: { version: '*' } } } },
  { truthound: { dependencies: { a: '1'.repeat(513) } } },
  { truthound: { state: { version: 0 } } },
  { truthound: { state: { version: 1.5 } } },
  { truthound: { state: { version: '1' } } },
  { truthound: { state: { accepts: [0] } } },
  { truthound: { state: { accepts: Array.from({ length: 101 }, () => 1) } } },
  { truthound: { state: { reads: [1] } } },
  { truthound: { permissions: { netwrok: true } } },
  { truthound: { permissions: { network: 1 } } },
  { truthound: { permissions: { subprocess: 'no' } } },
  { truthound: { permissions: { read: './x' } } },
  { truthound: { permissions: { read: ['x'] } } },
  { truthound: { permissions: { read: ['./../x'] } } },
  { truthound: { permissions: { read: ['./a\\..\\b'] } } },
  { truthound: { permissions: { read: ['/a\0b'] } } },
  { truthound: { permissions: { read: [`/${'x'.repeat(4096)}`] } } },
  { truthound: { permissions: { write: ['./x'] } } },
  { truthound: { permissions: { modules: ['../fs'] } } },
  { truthound: { permissions: { modules: [''] } } },
  { truthound: { permissions: { host: ['a-b'] } } },
  { truthound: { permissions: { env: ['A=B'] } } },
  { truthound: { permissions: { reasons: { nothing: 'x' } } } },
  { truthound: { permissions: { reasons: { reasons: 'x' } } } },
  { truthound: { permissions: { reasons: { env: '' } } } },
  { truthound: { permissions: { reasons: { env: 1 } } } },
  { truthound: { permissions: { env: Array.from({ length: 1001 }, () => 'A') } } },
  { engines: { truthound: '' } },
  { engines: { truthound: 1 } },
];

const COMPLETE = { name: 'a', version: '1.0.0', truthound: {} };

describe('the schema and the check', () => {
  test.each(GOOD)('both accept %j', (fields) => {
    expect(verdicts({ ...COMPLETE, ...fields })).toEqual({ bySchema: true, byCheck: true });
  });

  test.each(BAD)('both refuse %j', (fields) => {
    expect(verdicts({ ...COMPLETE, ...fields })).toEqual({ bySchema: false, byCheck: false });
  });

  test.each(['name', 'version', 'truthound'])('both miss %s', (field) => {
    const incomplete = Object.fromEntries(Object.entries(COMPLETE).filter(([name]) => name !== field));
    expect(verdicts(incomplete)).toEqual({ bySchema: false, byCheck: false });
  });

  test.each([null, [], 'text', 7])('both refuse %j for a package.json', (packageJson) => {
    expect(verdicts(packageJson)).toEqual({ bySchema: false, byCheck: false });
  });

  test('agree on any text in any place', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({
        unit: fc.constantFrom('.', '/', '\\', 'a', 'A', '0', ':', '@', '_', '$', '-', ' ', '\n', '\0', 'é'),
      }),
    );
    const places: readonly ((text: string) => object)[] = [
      (text) => ({ name: text }),
      (text) => ({ version: text }),
      (text) => ({ engines: { truthound: text } }),
      (text) => ({ truthound: { $schema: text } }),
      (text) => ({ truthound: { id: text } }),
      (text) => ({ truthound: { entry: text } }),
      (text) => ({ truthound: { entry: `./${text}` } }),
      (text) => ({ truthound: { dependencies: { [text]: '*' } } }),
      (text) => ({ truthound: { dependencies: { a: text } } }),
      (text) => ({ truthound: { permissions: { read: [text] } } }),
      (text) => ({ truthound: { permissions: { read: [`./${text}`] } } }),
      (text) => ({ truthound: { permissions: { write: [text] } } }),
      (text) => ({ truthound: { permissions: { modules: [text] } } }),
      (text) => ({ truthound: { permissions: { host: [text] } } }),
      (text) => ({ truthound: { permissions: { env: [text] } } }),
      (text) => ({ truthound: { permissions: { reasons: { env: text } } } }),
    ];
    fc.assert(
      fc.property(texts, fc.constantFrom(...places), (text, place) => {
        const { bySchema, byCheck } = verdicts({ ...COMPLETE, ...place(text) });
        expect(bySchema).toBe(byCheck);
      }),
      { numRuns: 3000 },
    );
  });

  test('know the same keys', () => {
    const { truthound, permissions } = schema.$defs;
    const keysIn = (value: object): readonly string[] => Object.keys(value).sort();
    const manifest = PluginManifest.parse(COMPLETE);
    expect(keysIn(permissions.properties)).toEqual(keysIn(manifest.permissions));
    expect(keysIn(truthound.properties)).toEqual(
      ['$schema', 'id', 'entry', 'permissions', 'dependencies', 'isolation', 'state'].sort(),
    );
  });

  test('give the same defaults', () => {
    const { truthound, permissions, dependency, state } = schema.$defs;
    const {
      entry,
      isolation,
      permissions: asked,
      dependencies,
      state: versions,
    } = PluginManifest.parse({
      ...COMPLETE,
      truthound: { dependencies: { a: {} } },
    });
    expect(truthound.properties.entry.default).toBe(entry);
    expect(truthound.properties.isolation.default).toBe(isolation);
    expect(permissions.properties.network.default).toBe(asked.network);
    expect(permissions.properties.subprocess.default).toBe(asked.subprocess);
    expect(dependency.properties.range.default).toBe(dependencies['a']?.range);
    expect(dependency.properties.type.default).toBe(dependencies['a']?.type);
    expect(state.properties.version.default).toBe(versions.version);
  });
});
