import {
  DependencyCycleError,
  DependencyType,
  MissingDependencyError,
  ValidationError,
  VersionConflictError,
} from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import { chain, graphOf, numbersFrom, shuffled, sketched } from './graphs.ts';
import { caret } from './ranges.ts';
import { type AddNodeOptions, DependencyGraph, DependencyNode } from '../src/index.ts';

describe('the example of the architecture document', () => {
  const graph = new DependencyGraph();
  graph.addNode({
    pluginId: 'plugin-a',
    version: '1.0.0',
    dependencies: { 'plugin-b': DependencyType.REQUIRED, 'plugin-c': DependencyType.OPTIONAL },
    metadata: { description: 'Plugin A' },
  });
  graph.addNode({ pluginId: 'plugin-b', version: '2.0.0', dependencies: {} });

  it('has no circle and nothing wrong', () => {
    expect(graph.detectCycles()).toEqual([]);
    expect(graph.validate()).toEqual([]);
  });

  it('loads the dependency first and unloads it last', () => {
    expect(graph.getLoadOrder()).toEqual(['plugin-b', 'plugin-a']);
    expect(graph.getUnloadOrder()).toEqual(['plugin-a', 'plugin-b']);
    expect(graph.getLoadBatches()).toEqual([['plugin-b'], ['plugin-a']]);
  });

  it('lists dependencies and dependents, also of what is not installed', () => {
    expect(graph.getDependencies('plugin-a', { recursive: true, includeOptional: true })).toEqual([
      'plugin-b',
      'plugin-c',
    ]);
    expect(graph.getDependencies('plugin-a')).toEqual(['plugin-b']);
    expect(graph.getDependents('plugin-b', { recursive: true })).toEqual(['plugin-a']);
    expect(graph.getDependents('plugin-c')).toEqual(['plugin-a']);
  });
});

describe('nodes', () => {
  it('are handed back as they were declared', () => {
    const version = caret('1.0.0');
    const graph = new DependencyGraph();
    const added = graph.addNode({
      pluginId: 'a',
      version: '1.2.3',
      dependencies: { c: 'optional', b: { type: 'required', version }, d: 'dev' },
      metadata: { team: 'x' },
    });
    const node = graph.getNode('a');
    expect(added).toBeInstanceOf(DependencyNode);
    expect(node).toMatchObject({ pluginId: 'a', version: '1.2.3', metadata: { team: 'x' } });
    expect(node?.dependencies).toEqual({ b: { type: 'required', version }, c: 'optional', d: 'dev' });
    expect(node?.requiredDependencies).toEqual(['b']);
    expect(node?.optionalDependencies).toEqual(['c']);
    expect(graph.addNode({ pluginId: 'b', dependencies: { a: 'optional' } }).version).toBe('0.0.0');
    expect(node?.dependents).toEqual(['b']);
    expect(
      Object.isFrozen(node) && Object.isFrozen(node?.dependencies) && Object.isFrozen(node?.metadata),
    ).toBe(true);
  });

  it('are counted and iterated in the order of their ids, without those that are only mentioned', () => {
    const graph = sketched({ b: ['x'], a: ['b'] });
    expect(graph.size).toBe(2);
    expect([...graph].map(({ pluginId }) => pluginId)).toEqual(['a', 'b']);
    expect(graph.hasNode('x')).toBe(false);
    expect(graph.getNode('x')).toBeUndefined();
  });

  it('are replaced by a node of the same id, which keeps its dependents', () => {
    const graph = sketched({ app: ['lib'], lib: ['old'], old: [] });
    graph.addNode({ pluginId: 'lib', version: '2.0.0', dependencies: { fresh: 'required' } });
    graph.addNode({ pluginId: 'fresh' });
    expect(graph.size).toBe(4);
    expect(graph.getDependents('lib')).toEqual(['app']);
    expect(graph.getDependents('old')).toEqual([]);
    expect(graph.getLoadOrder()).toEqual(['fresh', 'old', 'lib', 'app']);
  });

  it('leave a dependency on something absent behind when they are removed', () => {
    const graph = sketched({ app: ['lib'], lib: [] });
    expect(graph.removeNode('lib')).toBe(true);
    expect(graph.removeNode('lib')).toBe(false);
    expect(graph.removeNode('never')).toBe(false);
    expect(graph.validate()).toEqual([expect.any(MissingDependencyError)]);
    graph.addNode({ pluginId: 'lib' });
    expect(graph.getLoadOrder()).toEqual(['lib', 'app']);
  });

  it('have no dependencies any more once they are removed', () => {
    const graph = sketched({ app: ['lib'], lib: [] });
    const node = graph.getNode('app');
    graph.removeNode('app');
    expect(node).toMatchObject({ pluginId: 'app', dependencies: {}, requiredDependencies: [] });
  });

  it('may be removed while they are iterated', () => {
    const graph = sketched({ a: [], b: [], c: [] });
    const seen: string[] = [];
    for (const { pluginId } of graph) {
      seen.push(pluginId);
      graph.removeNode('b');
    }
    expect(seen).toEqual(['a', 'c']);
  });

  it('list dependencies for development when asked', () => {
    const graph = sketched({ app: ['lib', 'tool!'] });
    expect(graph.getDependencies('app')).toEqual(['lib']);
    expect(graph.getDependencies('app', { includeDev: true })).toEqual(['lib', 'tool']);
  });

  it('forget the ranges of what they declared before', () => {
    const graph = new DependencyGraph();
    graph.addNode({
      pluginId: 'a',
      dependencies: { b: { type: 'required', version: caret('2.0.0') } },
    });
    graph.addNode({ pluginId: 'b', version: '1.0.0' });
    expect(graph.validate()).toEqual([expect.any(VersionConflictError)]);
    graph.addNode({ pluginId: 'a', dependencies: { b: 'required' } });
    expect(graph.validate()).toEqual([]);
  });

  it('are all named, by id, whose version does not fit', () => {
    const graph = new DependencyGraph();
    const version = caret('2.0.0');
    graph.addNode({
      pluginId: 'a',
      dependencies: { z: { type: 'required', version }, b: { type: 'required', version } },
    });
    graph.addNode({ pluginId: 'z', version: '1.0.0' });
    graph.addNode({ pluginId: 'b', version: '1.0.0' });
    expect(graph.validate().map((error) => error.toJSON())).toMatchObject([
      { dependencyId: 'b' },
      { dependencyId: 'z' },
    ]);
  });

  it('are refused with the place named when something has the wrong type, and leave no trace', () => {
    const graph = sketched({ a: [] });
    const add = (options: unknown) => () => graph.addNode(options as AddNodeOptions);
    expect(add({ pluginId: 7 })).toThrow(/pluginId must be a string, not a value of type number/);
    expect(add({ pluginId: 'b', version: null })).toThrow(/plugin "b".*version must be a string, not null/);
    expect(add({ pluginId: 'b', dependencies: ['c'] })).toThrow(/dependencies must be an object.*an array/);
    expect(add({ pluginId: 'b', dependencies: { c: 'needed' } })).toThrow(
      /dependencies\["c"\] must be one of "required", "optional", "dev"/,
    );
    expect(add({ pluginId: 'b', dependencies: { c: { type: 'x' } } })).toThrow(/dependencies\["c"\]\.type/);
    expect(add({ pluginId: 'b', dependencies: { c: { type: 'dev', version: '^1' } } })).toThrow(
      /must be a VersionRequirement/,
    );
    expect(add({ pluginId: 'a', metadata: 3 })).toThrow(ValidationError);
    expect([...graph].map(({ pluginId }) => pluginId)).toEqual(['a']);
  });
});

describe('load order', () => {
  it('goes by level, then by code unit, not by locale', () => {
    const graph = sketched({ b: [], B: [], ä: [], a: ['b'], Z: ['b'], '10': [], '9': [] });
    expect(graph.getLoadBatches()).toEqual([
      ['10', '9', 'B', 'b', 'ä'],
      ['Z', 'a'],
    ]);
  });

  it('is empty for an empty graph', () => {
    const graph = new DependencyGraph();
    expect([graph.getLoadOrder(), graph.getLoadBatches(), graph.detectCycles(), graph.validate()]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('W-49 contains every node, also one that was added before its dependencies or has absent optional ones', () => {
    expect(sketched({ app: ['lib', 'gone?', 'tool!'], lib: ['deep'], deep: [] }).getLoadOrder()).toEqual([
      'deep',
      'lib',
      'app',
    ]);
  });

  it('W-49 throws for an absent required plugin instead of dropping the one that requires it', () => {
    const graph = sketched({ z: ['lib', 'y'], lib: [], y: ['x'] });
    for (const ask of ['getLoadOrder', 'getUnloadOrder', 'getLoadBatches'] as const) {
      expect(() => graph[ask]()).toThrow(MissingDependencyError);
    }
    expect(() => graph.getLoadOrder()).toThrow(
      'plugin "y" requires plugin "x", which is not installed: install it, or declare it optional',
    );
  });

  it('W-49 survives writing, reading and replacing nodes', () => {
    const graph = sketched({ app: ['lib'], lib: ['deep'], deep: [] });
    const copy = DependencyGraph.fromJSON(JSON.parse(JSON.stringify(graph)));
    copy.addNode({ pluginId: 'lib', dependencies: { deep: 'required' } });
    expect(copy.getLoadOrder()).toEqual(['deep', 'lib', 'app']);
  });

  it('W-50 breaks a circle of optional dependencies and says which one is ignored', () => {
    const graph = sketched({ a: ['b?'], b: ['c?'], c: ['a?'] });
    expect(graph.detectCycles()).toEqual([]);
    expect(graph.validate()).toEqual([]);
    expect(graph.getLoadOrder()).toEqual(['a', 'c', 'b']);
    expect(graph.getIgnoredDependencies()).toEqual([{ pluginId: 'a', dependencyId: 'b' }]);
    expect(graph.detectCycles({ includeOptional: true })).toEqual([['a', 'b', 'c', 'a']]);
  });

  it('W-50 never gives up a required dependency for an optional one', () => {
    const graph = sketched({ a: ['b'], b: ['c'], c: ['a?', 'c?'] });
    expect(graph.getLoadOrder()).toEqual(['c', 'b', 'a']);
    expect(graph.getIgnoredDependencies()).toEqual([
      { pluginId: 'c', dependencyId: 'a' },
      { pluginId: 'c', dependencyId: 'c' },
    ]);
  });

  it('W-50 takes no account of development dependencies', () => {
    const graph = sketched({ a: ['b!'], b: ['a', 'missing!'] });
    expect(graph.getLoadOrder()).toEqual(['a', 'b']);
    expect(graph.validate()).toEqual([]);
  });

  it('W-51 is the same for 20 orders of insertion', () => {
    const next = numbersFrom(51);
    const nodes = Array.from({ length: 300 }, (_, index) => ({
      pluginId: `plugin-${String(next(1e9))}-${String(index)}`,
      dependencies: {},
    }));
    const linked = nodes.map((node, index) => ({
      ...node,
      dependencies: Object.fromEntries(
        [0, 1, 2]
          .map((at) => [
            nodes[next(index + 1)]!.pluginId,
            at === 2 ? ('optional' as const) : ('required' as const),
          ])
          .filter(([id]) => id !== node.pluginId),
      ) as AddNodeOptions['dependencies'] & object,
    }));
    const orders = Array.from({ length: 20 }, (_, seed) =>
      graphOf(shuffled(linked, seed + 1))
        .getLoadOrder()
        .join(),
    );
    expect(new Set(orders).size).toBe(1);
  });

  it('throws the circle when required plugins form one, before anything is missing', () => {
    const graph = sketched({ b: ['c'], c: ['d'], d: ['b'], a: ['gone'] });
    expect(() => graph.getLoadOrder()).toThrow(DependencyCycleError);
    expect(() => graph.getLoadOrder()).toThrow('b → c → d → b');
  });

  it('throws for a plugin that requires itself', () => {
    expect(() => sketched({ a: ['a'] }).getLoadOrder()).toThrow('a → a');
  });
});

describe('size', () => {
  const SIZE = 100_000;
  /** Not a measure: only room for a busy machine. What overflows or is quadratic does not end in it either. */
  const LONG = 60_000;

  const last = `p${String(SIZE - 1)}`;

  it('W-52 a chain of 100,000 plugins is ordered, validated and walked', { timeout: LONG }, () => {
    const graph = graphOf(chain(SIZE));
    expect(graph.getLoadOrder()[0]).toBe(last);
    expect(graph.getLoadBatches()).toHaveLength(SIZE);
    expect(graph.getUnloadOrder()[0]).toBe('p0');
    expect(graph.detectCycles()).toEqual([]);
    expect(graph.validate()).toEqual([]);
    expect(graph.getDependencies('p0', { recursive: true })).toHaveLength(SIZE - 1);
    expect(graph.getDependents(last, { recursive: true })).toHaveLength(SIZE - 1);
    expect(graph.why(last).chains[0]).toHaveLength(SIZE);
    expect(graph.impact(last).broken).toHaveLength(SIZE - 1);
  });

  it('W-52 a chain of 100,000 plugins is written and read', { timeout: LONG }, () => {
    const graph = graphOf(chain(SIZE));
    expect(graph.toDot().length).toBeGreaterThan(SIZE);
    expect(graph.toMermaid().length).toBeGreaterThan(SIZE);
    expect(DependencyGraph.fromJSON(graph.toJSON()).size).toBe(SIZE);
  });

  it('W-52 a circle of 100,000 plugins is found, and broken where it is optional', { timeout: LONG }, () => {
    const graph = graphOf(chain(SIZE));
    graph.addNode({ pluginId: last, dependencies: { p0: 'required' } });
    expect(graph.detectCycles()[0]).toHaveLength(SIZE + 1);
    expect(graph.reportCycles().cycles).toHaveLength(1);
    graph.addNode({ pluginId: last, dependencies: { p0: 'optional' } });
    expect(graph.getLoadOrder()[0]).toBe(last);
  });

  it('W-52 a star of 100,000 plugins passes, in both directions', { timeout: LONG }, () => {
    const leaves = Array.from({ length: SIZE }, (_, index) => `leaf-${String(index)}`);
    const hub = graphOf([
      { pluginId: 'hub', dependencies: Object.fromEntries(leaves.map((id) => [id, 'required' as const])) },
      ...leaves.map((pluginId) => ({ pluginId, dependencies: { root: 'required' as const } })),
      { pluginId: 'root' },
    ]);
    expect(hub.getLoadBatches().map(({ length }) => length)).toEqual([1, SIZE, 1]);
    expect(hub.getDependents('root', { recursive: true })).toHaveLength(SIZE + 1);
    expect(hub.why('root').chains).toEqual([['hub', 'leaf-0', 'root']]);
    expect(hub.removeNode('hub')).toBe(true);
    expect(hub.getLoadBatches().map(({ length }) => length)).toEqual([1, SIZE]);
  });

  it('W-53 removing a plugin touches only its own edges', { timeout: LONG }, () => {
    // With a scan of the whole graph for each removal this would be 10 billion looks.
    const graph = graphOf(chain(SIZE));
    for (let index = 0; index < SIZE; index += 1) graph.removeNode(`p${String(index)}`);
    expect(graph.size).toBe(0);
    expect(graph.getDependents(`p${String(SIZE - 1)}`)).toEqual([]);
  });

  it('W-53 reports circles by group, in bounded number, and says when there are more', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `n${String(index).padStart(2, '0')}`);
    const complete = sketched(Object.fromEntries(ids.map((id) => [id, ids.filter((other) => other !== id)])));
    expect(complete.detectCycles()).toEqual([['n00', 'n01', 'n00']]);
    const report = complete.reportCycles({ maxCycles: 500 });
    expect(report.groups).toEqual([
      { members: ids, shortest: ['n00', 'n01', 'n00'], isProvenShortest: true },
    ]);
    expect(report.cycles).toHaveLength(500);
    expect(report.truncated).toBe(true);
  });
});

describe('any string is an id', () => {
  const HOSTILE = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    ' ',
    '\u0000',
    'a\u0001b',
    '"',
    '\\',
    '\ud800',
    '🦔',
    'e\u0301',
    'é',
  ];

  it('and stays itself in every answer', () => {
    const graph = new DependencyGraph();
    HOSTILE.forEach((pluginId, index) => {
      const below = HOSTILE.slice(0, index);
      graph.addNode({
        pluginId,
        dependencies: Object.fromEntries(below.map((id) => [id, 'required' as const])),
      });
    });
    expect(graph.getLoadOrder()).toEqual(HOSTILE);
    expect(graph.getDependencies('é')).toHaveLength(HOSTILE.length - 1);
    expect(Object.keys(graph.getNode('é')?.dependencies ?? {}).sort()).toEqual(HOSTILE.slice(0, -1).sort());
    expect(DependencyGraph.fromJSON(JSON.parse(JSON.stringify(graph))).getLoadOrder()).toEqual(HOSTILE);
    expect(DependencyGraph.fromGraphlib(graph.toGraphlib()).getLoadOrder()).toEqual(HOSTILE);
    expect(({} as Record<string, unknown>)['required']).toBeUndefined();
  });

  it('and an empty graph has none of them', () => {
    const graph = new DependencyGraph();
    for (const id of HOSTILE)
      expect([graph.hasNode(id), graph.getNode(id), graph.removeNode(id)]).toEqual([false, undefined, false]);
  });

  it('but only own properties are dependencies', () => {
    const inherited = Object.create({ ghost: 'required' }) as Record<string, 'required'>;
    inherited['own'] = 'required';
    const graph = new DependencyGraph();
    graph.addNode({ pluginId: 'a', dependencies: inherited });
    expect(graph.getDependencies('a')).toEqual(['own']);
  });
});

describe('validate', () => {
  it('lists what is missing, what does not fit and what goes in circles, all at once', () => {
    const graph = sketched({ a: ['gone', 'maybe?'], x: ['y'], y: ['x'], lib: [] });
    graph.addNode({ pluginId: 'lib', version: '1.4.0' });
    graph.addNode({ pluginId: 'u', dependencies: { lib: { type: 'required', version: caret('2.0.0') } } });
    graph.addNode({ pluginId: 't', dependencies: { lib: { type: 'required', version: caret('1.0.0') } } });
    graph.addNode({ pluginId: 'o', dependencies: { lib: { type: 'optional', version: caret('3.0.0') } } });
    const errors = graph.validate();
    expect(errors.map(({ code }) => code)).toEqual([
      'ERR_DEPENDENCY_MISSING',
      'ERR_VERSION_CONFLICT',
      'ERR_DEPENDENCY_CYCLE',
    ]);
    expect(errors[1]).toBeInstanceOf(VersionConflictError);
    expect(errors[1]).toMatchObject({
      dependencyId: 'lib',
      installedVersion: '1.4.0',
      requirements: [
        { requiredBy: 't', range: '^1.0.0' },
        { requiredBy: 'u', range: '^2.0.0' },
      ],
    });
  });
});

describe('why and impact', () => {
  const graph = sketched({
    app: ['report', 'store?'],
    tool: ['report'],
    report: ['charts'],
    charts: [],
    store: ['charts'],
  });

  it('show a chain from every plugin that nothing depends on', () => {
    expect(graph.why('charts')).toEqual({
      pluginId: 'charts',
      directDependents: ['report', 'store'],
      chains: [
        ['app', 'report', 'charts'],
        ['tool', 'report', 'charts'],
      ],
      truncated: false,
    });
    expect(graph.why('charts', { maxChains: 1 })).toMatchObject({
      chains: [['app', 'report', 'charts']],
      truncated: true,
    });
    expect(graph.why('app').chains).toEqual([['app']]);
    expect(graph.why('nobody').chains).toEqual([]);
  });

  it('answer inside a circle too', () => {
    expect(sketched({ a: ['b'], b: ['a'] }).why('a').chains).toEqual([['b', 'a']]);
  });

  it('tell what breaks from what only loses something', () => {
    expect(graph.impact('store')).toEqual({ pluginId: 'store', broken: [], degraded: ['app'] });
    expect(graph.impact('charts').broken).toEqual(['app', 'report', 'store', 'tool']);
    expect(graph.impact('nobody')).toEqual({ pluginId: 'nobody', broken: [], degraded: [] });
  });
});
