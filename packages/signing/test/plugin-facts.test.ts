import { describe, expect, it } from 'vitest';
import { utf8 } from '../src/byte-text.ts';
import { readPluginFacts } from '../src/plugin-facts.ts';

const factsOf = (json: unknown): unknown => readPluginFacts(utf8(JSON.stringify(json)));

describe('what a package.json says of a plugin', () => {
  it('is what a signature binds: id, version, host and permissions', () => {
    const permissions = { network: ['example.com'] };
    expect(
      factsOf({
        name: '@acme/csv',
        version: '1.2.3',
        engines: { truthound: '^1' },
        truthound: { id: 'csv', permissions },
      }),
    ).toEqual({ id: 'csv', version: '1.2.3', hostRange: '^1', permissions });
  });

  it.each([
    ['is not there', {}],
    ['is of another type', { name: 7, version: [], engines: 'any', truthound: { permissions: 'all' } }],
    ['is too long or empty', { name: 'a'.repeat(513), version: '', engines: { truthound: '' } }],
  ])('is null where it %s', (_, json) => {
    expect(factsOf(json)).toEqual({ id: null, version: null, hostRange: null, permissions: null });
  });

  it.each(['{', '[]', 'null'])('cannot be read from %s', (text) => {
    expect(() => readPluginFacts(utf8(text))).toThrow(/is not JSON|is not a JSON object/);
  });
});
