import { ValidationError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { type PluginVersion, failureOf, required, successOf } from './solving.ts';
import { SolverLimitError, solve } from '../../src/index.ts';
import { caret, oneOf } from '../ranges.ts';

const DIAMOND: readonly PluginVersion[] = [
  { id: 'app', version: '1.0.0', dependencies: { report: 'required', legacy: 'required' } },
  { id: 'report', version: '1.0.0', dependencies: { charts: required(caret('2.0.0')) } },
  { id: 'legacy', version: '1.0.0', dependencies: { charts: required(caret('1.0.0')) } },
  { id: 'charts', version: '1.4.0' },
  { id: 'charts', version: '2.0.0' },
];

describe('solve chooses', () => {
  it('the newest version that everyone accepts', () => {
    const { versions } = successOf({ charts: caret('1.0.0') }, [
      { id: 'charts', version: '1.9.0' },
      { id: 'charts', version: '1.10.0' },
      { id: 'charts', version: '2.0.0' },
    ]);
    expect(versions).toEqual({ charts: '1.10.0' });
  });

  it('a word of a prerelease before a number', () => {
    const newestOf = (...versions: readonly string[]) =>
      successOf(
        { a: 'required' },
        versions.map((version) => ({ id: 'a', version })),
      ).versions['a'];
    expect(newestOf('1.0.0-1', '1.0.0-alpha')).toBe('1.0.0-alpha');
    expect(newestOf('1.0.0-alpha', '1.0.0-1')).toBe('1.0.0-alpha');
  });

  it('a release before its prereleases, and a prerelease when nothing else is there', () => {
    const candidates = ['1.0.0-rc.2', '1.0.0-rc.10', '1.0.0-beta'].map((version) => ({ id: 'a', version }));
    expect(successOf({ a: 'required' }, candidates).versions).toEqual({ a: '1.0.0-rc.10' });
    expect(successOf({ a: 'required' }, [...candidates, { id: 'a', version: '1.0.0' }]).versions).toEqual({
      a: '1.0.0',
    });
  });

  it('an older version of one plugin when its newest cannot be had', () => {
    const { versions } = successOf({ foo: caret('1.0.0') }, [
      { id: 'foo', version: '1.0.0', dependencies: { bar: required(caret('1.0.0')) } },
      { id: 'foo', version: '1.1.0', dependencies: { bar: required(caret('2.0.0')) } },
      { id: 'bar', version: '1.0.0' },
      { id: 'bar', version: '2.0.0', dependencies: { nowhere: 'required' } },
    ]);
    expect(versions).toEqual({ foo: '1.0.0', bar: '1.0.0' });
  });

  it('what is needed and nothing else', () => {
    const { plugins } = successOf({ a: 'required' }, [
      { id: 'a', version: '1.0.0', dependencies: { b: 'optional', c: 'dev' } },
      { id: 'b', version: '1.0.0' },
      { id: 'c', version: '1.0.0' },
    ]);
    expect(plugins.map(({ id }) => id)).toEqual(['a']);
  });

  it('a version of an optional plugin that fits, when something else needs it', () => {
    const { versions } = successOf({ a: 'required', b: 'required' }, [
      { id: 'a', version: '1.0.0', dependencies: { b: { type: 'optional', version: caret('1.0.0') } } },
      { id: 'b', version: '1.0.0' },
      { id: 'b', version: '2.0.0' },
    ]);
    expect(versions).toEqual({ a: '1.0.0', b: '1.0.0' });
  });

  it('among plugins with names that JavaScript gives a meaning', () => {
    const { versions } = successOf(Object.fromEntries([['constructor', 'required' as const]]), [
      { id: 'constructor', version: '1.0.0', dependencies: { ['__proto__']: 'required' } },
      { id: '__proto__', version: '1.0.0' },
    ]);
    expect(Object.entries(versions)).toEqual([
      ['__proto__', '1.0.0'],
      ['constructor', '1.0.0'],
    ]);
  });

  it('by another order of versions, when one is given', () => {
    const candidates = ['spring', 'autumn'].map((version) => ({ id: 'a', version }));
    const byLength = (a: string, b: string): number => b.length - a.length || (a < b ? 1 : -1);
    expect(successOf({ a: 'required' }, candidates, { compareVersions: byLength }).versions).toEqual({
      a: 'autumn',
    });
  });
});

describe('solve with a lock', () => {
  const candidates = ['1.0.0', '1.1.0', '2.0.0'].flatMap((version) => [
    { id: 'a', version },
    { id: 'b', version },
  ]);

  it('keeps locked versions that are still allowed', () => {
    const { versions, changes } = successOf({ a: 'required', b: 'required' }, candidates, {
      lock: { a: '1.0.0' },
    });
    expect(versions).toEqual({ a: '1.0.0', b: '2.0.0' });
    expect(changes).toEqual([{ pluginId: 'b', from: undefined, to: '2.0.0' }]);
  });

  it('keeps a lock that only an older version of a new plugin can live with', () => {
    const result = successOf(
      { base: 'required', extra: 'required' },
      [
        { id: 'base', version: '1.0.0' },
        { id: 'base', version: '2.0.0' },
        { id: 'extra', version: '1.0.0', dependencies: { base: required(oneOf('1.0.0')) } },
        { id: 'extra', version: '2.0.0', dependencies: { base: required(oneOf('2.0.0')) } },
      ],
      { lock: { base: '1.0.0' } },
    );
    expect(result.versions).toEqual({ base: '1.0.0', extra: '1.0.0' });
  });

  it('moves only what has to move', () => {
    const { versions, changes } = successOf({ a: oneOf('2.0.0'), b: 'required' }, candidates, {
      lock: { a: '1.0.0', b: '1.0.0', old: '1.0.0' },
    });
    expect(versions).toEqual({ a: '2.0.0', b: '1.0.0' });
    expect(changes).toEqual([
      { pluginId: 'a', from: '1.0.0', to: '2.0.0' },
      { pluginId: 'old', from: '1.0.0', to: undefined },
    ]);
  });
});

describe('solve explains', () => {
  it('a conflict with both chains, and what would help', () => {
    const { explanation, suggestions } = failureOf({ app: caret('1.0.0') }, DIAMOND);
    expect(explanation.split('\n')).toEqual([
      '1. Because "legacy" 1.0.0 requires "charts" ^1.0.0 and "report" 1.0.0 requires "charts" ^2.0.0, "legacy" 1.0.0 and "report" 1.0.0 cannot be used together.',
      '2. And because "app" 1.0.0 requires "legacy", "report" 1.0.0 and "app" 1.0.0 cannot be used together.',
      '3. And because "app" 1.0.0 requires "report", "app" 1.0.0 cannot be used.',
      '4. And because you require "app" ^1.0.0, what you require cannot be met.',
      expect.stringContaining(
        'What would help: let the dependency of "legacy" 1.0.0 on "charts" ^1.0.0 accept "charts" 2.0.0; or ',
      ),
    ]);
    expect(suggestions[0]).toMatchObject({
      type: 'accept',
      pluginId: 'legacy',
      dependencyId: 'charts',
      version: '2.0.0',
    });
  });

  it('a range that no candidate fits, with the candidates there are', () => {
    const { explanation } = failureOf({ foo: caret('3.0.0') }, [{ id: 'foo', version: '1.0.0' }]);
    expect(explanation).toBe(
      'You require "foo" ^3.0.0, and no version of it fits (there is 1.0.0).\nWhat would help: let your requirement on "foo" ^3.0.0 accept "foo" 1.0.0.',
    );
  });

  it('a plugin that does not exist', () => {
    const { explanation } = failureOf({ foo: 'required' }, []);
    expect(explanation).toContain('You require "foo", and there is no plugin "foo".');
  });

  it('two lines of reasoning that meet, by number', () => {
    const { explanation } = failureOf({ foo: caret('1.0.0') }, [
      {
        id: 'foo',
        version: '1.0.0',
        dependencies: { a: required(caret('1.0.0')), b: required(caret('1.0.0')) },
      },
      {
        id: 'foo',
        version: '1.1.0',
        dependencies: { x: required(caret('1.0.0')), y: required(caret('1.0.0')) },
      },
      { id: 'a', version: '1.0.0', dependencies: { b: required(caret('2.0.0')) } },
      { id: 'b', version: '1.0.0' },
      { id: 'b', version: '2.0.0' },
      { id: 'x', version: '1.0.0', dependencies: { y: required(caret('2.0.0')) } },
      { id: 'y', version: '1.0.0' },
      { id: 'y', version: '2.0.0' },
    ]);
    expect(explanation).toContain('5. And because of step 2, no version of "foo" can be used.');
    for (const id of ['foo', 'a', 'b', 'x', 'y']) expect(explanation).toContain(`"${id}"`);
  });

  it('many versions as spans, and counts what is beyond reading', () => {
    const versions = Array.from({ length: 30 }, (_, index) => `1.${String(index)}.0`);
    const a = versions.map((version, index) => ({
      id: 'a',
      version,
      // Runs of three that need what is not there, with a version between them that needs something else.
      dependencies: { [index % 4 === 3 ? 'x' : 'y']: 'required' as const },
    }));
    const { explanation } = failureOf({ a: oneOf(...versions) }, a);
    expect(explanation).toContain('"a" 1.0.0 to 1.2.0, 1.4.0 to 1.6.0, ');
    expect(explanation).toMatch(/ or 3 more requires "y"/);
  });

  it('which versions there are, up to a number that can be read', () => {
    const candidates = Array.from({ length: 9 }, (_, index) => ({
      id: 'a',
      version: `1.${String(index)}.0`,
    }));
    const { explanation } = failureOf({ a: caret('2.0.0') }, candidates);
    expect(explanation).toContain('(there is 1.8.0, 1.7.0, 1.6.0, 1.5.0, 1.4.0, 1.3.0 and 3 older)');
  });

  it('an optional dependency that stands in the way, with its own words', () => {
    const { explanation } = failureOf({ a: 'required', b: 'required' }, [
      {
        id: 'a',
        version: '1.0.0',
        dependencies: { b: { type: 'optional', version: caret('2.0.0') }, c: 'required' },
      },
      { id: 'b', version: '1.0.0' },
      { id: 'c', version: '1.0.0', dependencies: { b: required(caret('1.0.0')) } },
    ]);
    expect(explanation).toContain('"a" 1.0.0 works only with "b" ^2.0.0, and no version of it fits');
  });

  it('that looking for advice took too long, when it did', () => {
    const helpers = Array.from({ length: 50 }, (_, index) => ({
      id: `helper-${String(index)}`,
      version: '1.0.0',
    }));
    const app = {
      id: 'app',
      version: '1.0.0',
      dependencies: Object.fromEntries(helpers.map(({ id }) => [id, 'required' as const])),
    };
    const requirements = { app: 'required', aa: 'required' } as const;
    const aa: PluginVersion = { id: 'aa', version: '1.0.0', dependencies: { gone: 'required' } };
    const candidates = [app, aa, ...helpers];
    const { steps } = failureOf(requirements, candidates);
    const result = solve(requirements, candidates, { maxSteps: steps });
    expect(result).toMatchObject({ success: false, suggestions: [] });
    expect(!result.success && result.explanation).toContain(
      'No single change that helps was found in the time allowed.',
    );
  });

  it('nothing, but passes on what a range throws while advice is looked for', () => {
    const broken: PluginVersion = {
      id: 'app',
      version: '1.0.0',
      dependencies: {
        lib: required({
          isSatisfiedBy: () => {
            throw new TypeError('range is broken');
          },
          toString: () => 'broken',
        }),
      },
    };
    expect(() =>
      solve({ app: 'required', gone: 'required' }, [broken, { id: 'lib', version: '1.0.0' }]),
    ).toThrow('range is broken');
  });

  it('that more than one thing must change, when no single change helps', () => {
    const { explanation, suggestions } = failureOf({ a: caret('2.0.0'), b: caret('2.0.0'), c: 'required' }, [
      { id: 'a', version: '1.0.0' },
      { id: 'b', version: '1.0.0' },
      { id: 'c', version: '1.0.0' },
    ]);
    expect(suggestions).toEqual([]);
    expect(explanation).toContain('No single change of one of these helps: more than one must change.');
  });
});

describe('solve refuses', () => {
  it('more work than maxSteps, with the option to raise', () => {
    expect(() => solve({ app: 'required' }, DIAMOND, { maxSteps: 3 })).toThrow(SolverLimitError);
    expect(() => solve({ app: 'required' }, DIAMOND, { maxSteps: 3 })).toThrow(
      /within 3 steps: raise maxSteps/,
    );
  });

  it('a bound that is no bound', () => {
    expect(() => solve({}, [], { maxSteps: NaN })).toThrow(/maxSteps must be greater than 0, not NaN/);
  });

  it('a version that is not semantic, naming plugin and remedy', () => {
    expect(() => solve({}, [{ id: 'a', version: '1.0' }])).toThrow(ValidationError);
    expect(() => solve({}, [{ id: 'a', version: '1.0' }])).toThrow(/candidate "a".*"1\.0".*compareVersions/);
  });

  it('one version given twice', () => {
    const twice = [
      { id: 'a', version: '1.0.0' },
      { id: 'a', version: '1.0.0', dependencies: { b: 'required' as const } },
    ];
    expect(() => solve({ a: 'required' }, twice)).toThrow(/candidate "a".*1\.0\.0 is given twice/);
  });

  it('a requirement that is neither a range nor a type', () => {
    expect(() => solve({ a: '^1.0.0' as never }, [])).toThrow(/dependencies\["a"\]/);
  });
});
