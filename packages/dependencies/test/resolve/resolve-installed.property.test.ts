/**
 * There is a short way for plugins without a problem and a long one for all others. No answer may tell which was taken.
 */
import { type PluginDependency, type ResolvablePlugin, ValidationError } from '@truthound/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DependencyGraph, DependencyResolver, type ResolutionResult } from '../../src/index.ts';
import { InstalledPlugins } from '../../src/resolve/installed-plugins.ts';
import { planAtOnce } from '../../src/resolve/plan-at-once.ts';
import { resolveInDetail } from '../../src/resolve/resolve-installed.ts';
import { caret } from '../ranges.ts';

const IDS = Array.from('abcdef');
const VERSIONS = ['1.0.0', '1.4.0', '2.0.0'];

const dependency: fc.Arbitrary<PluginDependency> = fc.oneof(
  fc.constantFrom('required', 'required', 'optional', 'dev'),
  fc.record({
    type: fc.constantFrom('required', 'optional', 'dev'),
    version: fc.constantFrom(caret('1.0.0'), caret('1.2.0'), caret('2.0.0')),
  }),
);

/** Up to eight plugins of six ids: some are absent, some are there twice. */
const anything: fc.Arbitrary<readonly ResolvablePlugin[]> = fc.array(
  fc.record({
    id: fc.constantFrom(...IDS),
    version: fc.constantFrom(...VERSIONS),
    dependencies: fc.dictionary(fc.constantFrom(...IDS), dependency, { maxKeys: 3 }),
  }),
  { maxLength: 8 },
);

/** Mostly fine: every id once, and dependencies that are there, earlier and accepted. */
const mostlyFine: fc.Arbitrary<readonly ResolvablePlugin[]> = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('required', 'optional', 'dev')), { maxLength: 8 }),
    fc.shuffledSubarray(IDS, { minLength: 1 }),
  )
  .map(([edges, ids]) =>
    ids.map((id, index) => {
      const targets = edges.filter((_, at) => at % ids.length === index && index > 0);
      const dependencies = targets.map(([target, type]): [string, PluginDependency] => [
        ids[target % index]!,
        { type, version: caret('1.0.0') },
      ]);
      return { id, version: '1.4.0', dependencies: Object.fromEntries(dependencies) };
    }),
  );

const rules = fc.record({ strict: fc.boolean(), allowMissingOptional: fc.boolean() });

/** All that a result says, as plain data. */
function told({ graph, explain, ...result }: ResolutionResult): unknown {
  return { ...result, graph: graph.toJSON(), explained: [...IDS, 'other'].map(explain) };
}

describe('the short way', () => {
  it('answers what the long way answers', () => {
    const taken = { short: 0, long: 0 };
    fc.assert(
      fc.property(fc.oneof(anything, mostlyFine), rules, (infos, options) => {
        const plugins = new InstalledPlugins(infos);
        taken[planAtOnce(plugins) === undefined ? 'long' : 'short'] += 1;
        const result = new DependencyResolver(options).resolve(infos);
        expect(told(result)).toEqual(told(resolveInDetail(plugins, options)));
      }),
      { numRuns: 2_000, seed: 61 },
    );
    expect(taken.short).toBeGreaterThan(500);
    expect(taken.long).toBeGreaterThan(500);
  });

  it('is taken exactly when there is nothing to report', () => {
    fc.assert(
      fc.property(fc.oneof(anything, mostlyFine), (infos) => {
        const plugins = new InstalledPlugins(infos);
        const { success, warnings } = resolveInDetail(plugins, { strict: true, allowMissingOptional: true });
        expect(planAtOnce(plugins) !== undefined).toBe(success && warnings.length === 0);
      }),
      { numRuns: 2_000, seed: 62 },
    );
  });
});

describe('the graph of a result', () => {
  it('is the one that adding plugin by plugin makes', () => {
    fc.assert(
      fc.property(mostlyFine, (infos) => {
        const graph = new DependencyGraph();
        for (const { id, ...rest } of infos) graph.addNode({ pluginId: id, ...rest });
        const resolved = new DependencyResolver().resolve(infos).graph;
        expect(resolved.toJSON()).toEqual(graph.toJSON());
        expect(resolved.getLoadOrder()).toEqual(graph.getLoadOrder());
      }),
      { numRuns: 500, seed: 63 },
    );
  });

  it('is always the same one, and shows what was installed when it was resolved', () => {
    const infos: { id: string; version: string; dependencies: Record<string, PluginDependency> }[] = [
      { id: 'app', version: '1.0.0', dependencies: { lib: 'required' } },
      { id: 'lib', version: '1.0.0', dependencies: {} },
    ];
    const result = new DependencyResolver().resolve(infos);
    infos[0]!.version = '9.0.0';
    infos[0]!.dependencies['late'] = 'required';
    infos.pop();
    expect(result.graph).toBe(result.graph);
    expect(result.graph.ids()).toEqual(['app', 'lib']);
    expect(result.graph.getNode('app')?.version).toBe('1.0.0');
    expect(result.graph.getDependencies('app')).toEqual(['lib']);
    expect(result.explain('app')).toBe('plugin "app" 1.0.0 can be loaded, in batch 2 of 2');
  });
});

describe('a plugin of the wrong type', () => {
  it.each([
    ['an id', { id: 7, version: '1.0.0' }],
    ['a version', { id: 'a', version: 1 }],
    ['dependencies', { id: 'a', version: '1.0.0', dependencies: ['b'] }],
    ['a dependency', { id: 'a', version: '1.0.0', dependencies: { b: { type: 'needed' } } }],
  ])('is refused for %s in the words of the graph', (_, info) => {
    const { id, ...rest } = info as unknown as ResolvablePlugin;
    const resolve = (): unknown => new DependencyResolver().resolve([info as unknown as ResolvablePlugin]);
    const add = (): unknown => new DependencyGraph().addNode({ pluginId: id, ...rest });
    expect(resolve).toThrow(ValidationError);
    expect(messageOf(resolve)).toBe(messageOf(add));
  });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}
