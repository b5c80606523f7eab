import {
  DependencyCycleError,
  MissingDependencyError,
  PluginNotFoundError,
  type ResolvablePlugin,
} from '@truthound/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DependencyResolver, ResolutionResult } from '../../src/index.ts';
import { dependenciesOf, sketched, shuffled, type Sketch } from '../graphs.ts';
import { caret } from '../ranges.ts';

function installed(sketch: Sketch): readonly ResolvablePlugin[] {
  return Object.entries(sketch).map(([id, names]) => ({
    id,
    version: '1.0.0',
    dependencies: dependenciesOf(names),
  }));
}

const strict = new DependencyResolver();
const lenient = new DependencyResolver({ strict: false });

const TROUBLE: readonly ResolvablePlugin[] = [
  ...installed({ app: ['report', 'legacy'], x: ['y'], y: ['x'], z: ['x'], lonely: [], loner: ['lonely'] }),
  { id: 'report', version: '1.0.0', dependencies: { charts: { type: 'required', version: caret('2.0.0') } } },
  {
    id: 'legacy',
    version: '1.0.0',
    dependencies: {
      charts: { type: 'required', version: caret('1.0.0') },
      gone: 'required',
      extra: 'optional',
    },
  },
  { id: 'charts', version: '1.4.0' },
  { id: 'twin', version: '1.0.0' },
  { id: 'twin', version: '2.0.0' },
];

describe('resolve', () => {
  it('answers batches and order of plugins that fit', () => {
    const result = strict.resolve(installed({ app: ['lib', 'extra?'], lib: [], tool: ['lib'] }));
    expect(result).toMatchObject({
      success: true,
      loadOrder: ['lib', 'app', 'tool'],
      loadBatches: [['lib'], ['app', 'tool']],
      conflicts: [],
      missing: [],
      cycles: [],
      blocked: [],
      warnings: ['plugin "app" would use plugin "extra", which is not installed'],
    });
    expect(result.graph.size).toBe(3);
    expect(
      Object.isFrozen(result) && Object.isFrozen(result.loadOrder) && Object.isFrozen(result.loadBatches[0]),
    ).toBe(true);
  });

  it('resolves nothing to nothing', () => {
    expect(strict.resolve([])).toMatchObject({ success: true, loadOrder: [], loadBatches: [] });
  });

  it('W-54 reports ranges that do not fit, with everyone who states one and the chain to them', () => {
    const { success, conflicts } = strict.resolve(TROUBLE);
    expect(success).toBe(false);
    expect(conflicts.filter(({ type }) => type === 'version')).toEqual([
      {
        type: 'version',
        pluginId: 'charts',
        installedVersion: '1.4.0',
        demands: [
          { requiredBy: 'legacy', range: '^1.0.0', isSatisfied: true, chain: ['app', 'legacy', 'charts'] },
          { requiredBy: 'report', range: '^2.0.0', isSatisfied: false, chain: ['app', 'report', 'charts'] },
        ],
        message:
          'plugin "charts" is installed as 1.4.0, and that does not fit: "report" requires ^2.0.0 (app → report → charts); "legacy" requires ^1.0.0 and is content (app → legacy → charts). Install a version that all accept, or a version of "report" that accepts 1.4.0',
      },
    ]);
  });

  it('W-54 reports two plugins with one id, and loads neither', () => {
    const plugins = [
      ...installed({ user: ['twin'], other: [] }),
      { id: 'twin', version: '1.0.0' },
      { id: 'twin', version: '1.1.0' },
    ];
    const { conflicts, blocked, loadOrder } = lenient.resolve(plugins);
    expect(conflicts).toMatchObject([{ type: 'duplicate', pluginId: 'twin', versions: ['1.0.0', '1.1.0'] }]);
    expect(blocked).toEqual(['twin', 'user']);
    expect(loadOrder).toEqual(['other']);
  });

  it.each([
    ['strict', strict],
    ['not strict', lenient],
  ])('W-55 lists all categories at once when %s', (_, resolver) => {
    const result = resolver.resolve(TROUBLE);
    expect(result.missing).toMatchObject([
      {
        pluginId: 'legacy',
        dependencyId: 'gone',
        type: 'required',
        range: undefined,
        chain: ['app', 'legacy', 'gone'],
      },
    ]);
    expect(result.conflicts.map(({ type, pluginId }) => [type, pluginId])).toEqual([
      ['duplicate', 'twin'],
      ['version', 'charts'],
    ]);
    expect(result.cycles).toEqual([['x', 'y', 'x']]);
    expect(result.blocked).toEqual(['app', 'legacy', 'report', 'twin', 'x', 'y', 'z']);
    expect(result.warnings).toEqual(['plugin "legacy" would use plugin "extra", which is not installed']);
  });

  it('W-55 orders nothing when strict, and all that is not concerned when not', () => {
    expect(strict.resolve(TROUBLE)).toMatchObject({ success: false, loadOrder: [], loadBatches: [] });
    expect(lenient.resolve(TROUBLE)).toMatchObject({
      success: true,
      loadOrder: ['charts', 'lonely', 'loner'],
      loadBatches: [['charts', 'lonely'], ['loner']],
    });
  });

  it('warns of an optional plugin that does not fit or stands in a circle, and goes on', () => {
    const result = strict.resolve([
      { id: 'a', version: '1.0.0', dependencies: { b: { type: 'optional', version: caret('2.0.0') } } },
      { id: 'b', version: '1.0.0', dependencies: { a: 'optional' } },
    ]);
    expect(result.success).toBe(true);
    expect(result.warnings).toEqual([
      'plugin "a" would use plugin "b" ^2.0.0, but 1.0.0 is installed',
      'plugin "a" may be loaded before its optional dependency "b", because the two stand in a circle',
    ]);
  });

  it('refuses what is optional and absent or unfit when that is not allowed', () => {
    const resolver = new DependencyResolver({ allowMissingOptional: false });
    const result = resolver.resolve([
      {
        id: 'a',
        version: '1.0.0',
        dependencies: { b: { type: 'optional', version: caret('2.0.0') }, c: 'optional', d: 'dev' },
      },
      { id: 'b', version: '1.0.0' },
    ]);
    expect(result.success).toBe(false);
    expect(result.missing).toMatchObject([{ pluginId: 'a', dependencyId: 'c', type: 'optional' }]);
    expect(result.conflicts).toMatchObject([{ type: 'version', pluginId: 'b' }]);
  });

  it('counts those who are content, and prints no more of those who are not than one can read', () => {
    const version = caret('2.0.0');
    const many = Array.from({ length: 12 }, (_, index) => ({
      id: `p${String(index).padStart(2, '0')}`,
      version: '1.0.0',
      dependencies: {
        b: { type: 'required' as const, version },
        a: { type: 'required' as const, version },
      },
    }));
    const { conflicts } = strict.resolve([
      ...many,
      { id: 'easy', version: '1.0.0', dependencies: { b: 'required' } },
      { id: 'b', version: '1.0.0' },
      { id: 'a', version: '1.0.0' },
    ]);
    expect(conflicts.map(({ pluginId }) => pluginId)).toEqual(['a', 'b']);
    expect(conflicts[1]).toMatchObject({ demands: expect.objectContaining({ length: 12 }) as unknown });
    expect(conflicts[1]?.message).toMatch(/"p09" requires \^2\.0\.0 \(p09 → b\); and 2 more\. Install/);
    expect(conflicts[1]?.message).not.toContain('p10');
  });

  it('answers the same for every order of the plugins', () => {
    const unique = TROUBLE.filter(({ id }) => id !== 'twin');
    const texts = Array.from({ length: 20 }, (_, seed) => {
      const result = strict.resolve(shuffled(unique, seed + 1));
      return JSON.stringify(result) + unique.map(({ id }) => result.explain(id)).join();
    });
    expect(new Set(texts).size).toBe(1);
  });

  it('never orders a plugin before, or without, what it requires', () => {
    const ids = Array.from('abcdefgh');
    const plugins = fc.array(
      fc.record({
        id: fc.constantFrom(...ids),
        needs: fc.uniqueArray(fc.constantFrom(...ids, 'gone', 'a?', 'b?'), { maxLength: 3 }),
      }),
    );
    fc.assert(
      fc.property(plugins, (rows) => {
        const list = rows.map(({ id, needs }) => ({
          id,
          version: '1.0.0',
          dependencies: dependenciesOf(needs),
        }));
        const { loadOrder, blocked, graph } = lenient.resolve(list);
        expect([...loadOrder, ...blocked].sort()).toEqual(graph.ids());
        loadOrder.forEach((id, at) => {
          for (const dependency of graph.getDependencies(id))
            expect(loadOrder.slice(0, at)).toContain(dependency);
        });
      }),
      { numRuns: 500, seed: 54 },
    );
  });
});

describe('explain', () => {
  const result = strict.resolve(TROUBLE);

  it('names every cause below a plugin, with the chain to it', () => {
    expect(result.explain('app').split('\n')).toEqual([
      'plugin "app" 1.0.0 cannot be loaded',
      'it requires "legacy" (app → legacy), which cannot be loaded',
      '  because plugin "legacy" requires plugin "gone", which is not installed: install it, or declare it optional',
      'it requires "report" (app → report), which cannot be loaded',
      expect.stringMatching(/^ {2}because plugin "charts" is installed as 1\.4\.0/),
    ]);
  });

  it('speaks of what is absent, in a circle, or fine', () => {
    expect(result.explain('gone')).toBe('plugin "gone" is not installed, and needed by "legacy"');
    expect(result.explain('stranger')).toBe('plugin "stranger" is not installed');
    expect(result.explain('x')).toContain('plugins require one another in a circle: x → y → x');
    expect(result.explain('lonely')).toBe(
      'plugin "lonely" 1.0.0 can be loaded once the problems of the others are solved',
    );
    expect(lenient.resolve(TROUBLE).explain('loner')).toBe(
      'plugin "loner" 1.0.0 can be loaded, in batch 2 of 2',
    );
  });

  it('adds what was only a warning', () => {
    expect(result.explain('legacy')).toContain(
      'note: plugin "legacy" would use plugin "extra", which is not installed',
    );
  });

  it('counts causes beyond the tenth', () => {
    const ids = Array.from({ length: 12 }, (_, index) => `p${String(index)}`);
    const below = ids.map((id) => ({
      id,
      version: '1.0.0',
      dependencies: { [`gone-${id}`]: 'required' as const },
    }));
    const text = strict
      .resolve([{ id: 'app', version: '1.0.0', dependencies: dependenciesOf(ids) }, ...below])
      .explain('app');
    expect(text.match(/which is not installed/g)).toHaveLength(10);
    expect(text).toContain('and 2 more plugins below it cannot be loaded');
  });

  it('stays readable for a chain of a thousand', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [`p${String(index)}`, [`p${String(index + 1)}`]]),
    );
    expect(strict.resolve(installed(chain)).explain('p0').length).toBeLessThan(500);
  });

  it('can be had for the whole result', () => {
    const text = ResolutionResult.describe(result);
    for (const part of ['"gone"', '"twin"', '"charts"', 'x → y → x', 'note:']) expect(text).toContain(part);
    expect(ResolutionResult.describe(strict.resolve(installed({ a: [] })))).toBe(
      '1 plugins can be loaded: a',
    );
  });
});

describe('canLoad', () => {
  const graph = sketched({ a: ['b', 'o?'], b: ['c'], c: [], o: [], p: ['q'], q: ['p'], s: ['gone'] });

  it('is true when all that is required is loaded', () => {
    expect(strict.canLoad('a', graph, ['b', 'c'])).toEqual({ canLoad: true, missing: [] });
    expect(strict.canLoad('c', graph, [])).toEqual({ canLoad: true, missing: [] });
  });

  it('W-56 sees what is required below, also under something that is loaded', () => {
    expect(strict.canLoad('a', graph, ['b'])).toEqual({ canLoad: false, missing: ['c'] });
    expect(strict.canLoad('a', graph, [])).toEqual({ canLoad: false, missing: ['b', 'c'] });
  });

  it('names the plugin itself when the graph does not have it, and an absent dependency', () => {
    expect(strict.canLoad('nobody', graph, [])).toEqual({ canLoad: false, missing: ['nobody'] });
    expect(strict.canLoad('gone', graph, [])).toEqual({ canLoad: false, missing: ['gone'] });
    expect(strict.canLoad('s', graph, ['gone'])).toEqual({ canLoad: false, missing: ['gone'] });
  });

  it('asks for optional plugins only when they may not be missing', () => {
    const resolver = new DependencyResolver({ allowMissingOptional: false });
    expect(resolver.canLoad('a', graph, ['b', 'c'])).toEqual({ canLoad: false, missing: ['o'] });
  });

  it('does not take a loaded plugin in a version that does not fit', () => {
    const other = sketched({ lib: [] });
    other.addNode({ pluginId: 'app', dependencies: { lib: { type: 'required', version: caret('2.0.0') } } });
    expect(strict.canLoad('app', other, ['lib'])).toEqual({ canLoad: false, missing: ['lib'] });
  });
});

describe('install and uninstall', () => {
  const graph = sketched({
    app: ['lib', 'opt?'],
    lib: ['deep'],
    deep: [],
    opt: [],
    tool: ['lib'],
    x: ['y'],
    y: ['x'],
    hungry: ['gone'],
  });

  it('installs a plugin after what it requires, and nothing else', () => {
    expect(strict.getInstallOrder(['app'], graph)).toEqual(['deep', 'lib', 'app']);
    expect(strict.getInstallOrder(['app', 'opt'], graph)).toEqual(['deep', 'opt', 'lib', 'app']);
  });

  it('W-56 does not mind a circle or a gap elsewhere in the graph', () => {
    expect(() => graph.getLoadOrder()).toThrow(DependencyCycleError);
    expect(strict.getInstallOrder(['tool'], graph)).toEqual(['deep', 'lib', 'tool']);
    expect(strict.getUninstallOrder(['deep'], graph)).toEqual({
      order: ['deep'],
      affected: ['tool', 'app', 'lib'],
    });
  });

  it('refuses to install what cannot work, naming it', () => {
    expect(() => strict.getInstallOrder(['x'], graph)).toThrow(DependencyCycleError);
    expect(() => strict.getInstallOrder(['hungry'], graph)).toThrow(MissingDependencyError);
    expect(() => strict.getInstallOrder(['nobody'], graph)).toThrow(PluginNotFoundError);
    expect(() => strict.getInstallOrder(['gone'], graph)).toThrow(
      /plugin "gone" was not found: known are app, deep/,
    );
  });

  it('uninstalls what is asked and names who breaks, or takes them along', () => {
    expect(strict.getUninstallOrder(['lib'], graph, { force: false })).toEqual({
      order: ['lib'],
      affected: ['tool', 'app'],
    });
    expect(strict.getUninstallOrder(['lib'], graph, { force: true })).toEqual({
      order: ['tool', 'app', 'lib'],
      affected: [],
    });
    expect(strict.getUninstallOrder(['opt'], graph)).toEqual({ order: ['opt'], affected: [] });
    expect(() => strict.getUninstallOrder(['nobody'], graph)).toThrow(PluginNotFoundError);
  });

  it('uninstalls a circle, which could never be loaded', () => {
    expect(strict.getUninstallOrder(['x'], graph, { force: true })).toEqual({
      order: ['y', 'x'],
      affected: [],
    });
  });
});
