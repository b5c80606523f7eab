import { ValidationError } from '@truthound/protocols';
import { Graph, json as graphlibJson, alg } from '@dagrejs/graphlib';
import fc from 'fast-check';
import graphlib from 'graphlib';
import { describe, expect, it } from 'vitest';
import { DependencyGraph, fromGraphlibId, toGraphlibId } from '../../src/index.ts';
import { sketched } from '../graphs.ts';
import { caret, oneOf } from '../ranges.ts';

const HOSTILE = '<script>"\\\u202e&\'`end\n';

function pictured(): DependencyGraph {
  const graph = sketched({ app: ['lib', 'gone?', 'tool!'], x: ['y'], y: ['x'], [HOSTILE]: ['lib'] });
  graph.addNode({
    pluginId: 'lib',
    version: '1.0.0',
    dependencies: { app: { type: 'optional', version: oneOf('"1"') } },
  });
  return graph;
}

describe('toDot', () => {
  it('shows ids, versions, types, ranges, absence and circles', () => {
    expect(pictured().toDot().split('\n')).toEqual([
      'digraph plugins {',
      '  rankdir=LR;',
      '  node [shape=box];',
      '  n0 [label="<script>\\"\\\\<U+202E>&\'`end<U+000A> 0.0.0"];',
      '  n1 [label="app 0.0.0"];',
      '  n2 [label="gone (absent)", style=dashed];',
      '  n3 [label="lib 1.0.0"];',
      '  n4 [label="tool (absent)", style=dashed];',
      '  n5 [label="x 0.0.0", color=red];',
      '  n6 [label="y 0.0.0", color=red];',
      '  n0 -> n3 [style=solid];',
      '  n1 -> n2 [style=dashed];',
      '  n1 -> n3 [style=solid];',
      '  n1 -> n4 [style=dotted];',
      '  n3 -> n1 [style=dashed, label="{\\"1\\"}"];',
      '  n5 -> n6 [style=solid, color=red];',
      '  n6 -> n5 [style=solid, color=red];',
      '}',
      '',
    ]);
  });
});

describe('toMermaid', () => {
  it('lets nothing of an id through that Mermaid would read as markup', () => {
    const lines = pictured().toMermaid().split('\n');
    expect(lines[0]).toBe('flowchart LR');
    expect(lines[1]).toBe('  n0["#60;script#62;#34;#92;#60;U+202E#62;#38;#39;#96;end#60;U+000A#62; 0.0.0"]');
    expect(lines).toContain('  n2["gone #40;absent#41;"]:::absent');
    expect(lines).toContain('  n1 -.-> n2');
    expect(lines).toContain('  linkStyle 5,6 stroke:#c00');
  });
});

describe('toSvg', () => {
  const rectangle = /<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)" rx/g;

  it('escapes every id and shows state, absence and circles', () => {
    const svg = pictured().toSvg({
      states: new Map([
        ['lib', 'active'],
        ['x', 'error'],
      ]),
    });
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('&lt;script&gt;&quot;\\&lt;U+202E&gt;&amp;&#39;`end');
    expect(svg).toContain('lib</text>');
    expect(svg).toContain('1.0.0 · active');
    expect(svg).toContain('class="node absent"');
    expect(svg.match(/class="node cyclic"/g)).toHaveLength(2);
    expect(svg.match(/class="edge required cyclic"/g)).toHaveLength(2);
  });

  it('is well-formed: every tag that opens closes, and there are no raw controls', () => {
    const svg = pictured().toSvg();
    const open: string[] = [];
    for (const tag of svg.match(/<[^<>]+>/g) ?? []) {
      const name = /[a-z]+/i.exec(tag)?.[0] ?? '';
      if (tag.startsWith('</') && open.at(-1) === name) open.pop();
      else if (!tag.endsWith('/>')) open.push(name);
    }
    expect(open).toEqual([]);
    expect(svg.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('lays out 60 plugins without one covering another', () => {
    const graph = new DependencyGraph();
    for (let index = 0; index < 60; index += 1) {
      const below = [Math.floor(index / 2) - 1, Math.floor(index / 3) - 1].filter((at) => at >= 0);
      graph.addNode({
        pluginId: `@scope/a-plugin-with-a-long-name-${String(index)}`,
        dependencies: Object.fromEntries(
          below.map((at) => [`@scope/a-plugin-with-a-long-name-${String(at)}`, 'required']),
        ),
      });
    }
    const boxes = [...graph.toSvg().matchAll(rectangle)].map((match) => match.slice(1).map(Number));
    expect(boxes).toHaveLength(60);
    boxes.forEach(([x = 0, y = 0, width = 0, height = 0], index) => {
      for (const [otherX = 0, otherY = 0, otherWidth = 0, otherHeight = 0] of boxes.slice(index + 1)) {
        const isApart =
          x + width <= otherX ||
          otherX + otherWidth <= x ||
          y + height <= otherY ||
          otherY + otherHeight <= y;
        expect(isApart).toBe(true);
      }
    });
  });

  it('is the same for every order of insertion, and exists for an empty graph', () => {
    const [one, other] = [
      sketched({ a: ['b', 'c'], b: [], c: ['b'] }),
      sketched({ c: ['b'], b: [], a: ['c', 'b'] }),
    ];
    expect(one.toSvg()).toBe(other.toSvg());
    expect(new DependencyGraph().toSvg()).toMatch(/^<svg [^>]*viewBox="0 0 20 20"/);
  });

  it('refuses a graph that nobody could read, with the way out', () => {
    expect(() => sketched({ a: ['b'], b: [] }).toSvg({ maxNodes: 1 })).toThrow(
      /has 2 plugins and maxNodes is 1.*toDot/,
    );
  });
});

describe('toJSON and fromJSON', () => {
  it('keep everything, with ranges as text', () => {
    const graph = new DependencyGraph();
    graph.addNode({
      pluginId: 'a',
      version: '1.0.0',
      dependencies: { b: { type: 'required', version: caret('2.0.0') }, __proto__x: 'dev' },
      metadata: { note: [1] },
    });
    const data: unknown = JSON.parse(JSON.stringify(graph));
    expect(data).toEqual({
      formatVersion: 1,
      nodes: [
        {
          id: 'a',
          version: '1.0.0',
          dependencies: [
            { id: '__proto__x', type: 'dev' },
            { id: 'b', type: 'required', range: '^2.0.0' },
          ],
          metadata: { note: [1] },
        },
      ],
    });
    const copy = DependencyGraph.fromJSON(data, { parseRequirement: (range) => caret(range.slice(1)) });
    expect(JSON.stringify(copy)).toBe(JSON.stringify(graph));
  });

  it('never drop a range, and name the place of what is wrong', () => {
    const node = {
      id: 'a',
      version: '1.0.0',
      dependencies: [{ id: 'b', type: 'required', range: '^1.0.0' }],
    };
    const read = (data: unknown) => () => DependencyGraph.fromJSON(data);
    expect(read({ formatVersion: 1, nodes: [node] })).toThrow(
      /nodes\[0\]\.dependencies\[0\]\.range needs the option parseRequirement/,
    );
    expect(read({ formatVersion: 2, nodes: [] })).toThrow(/formatVersion must be 1, not 2/);
    expect(read('{}')).toThrow(ValidationError);
    expect(read({ formatVersion: 1, nodes: {} })).toThrow(/nodes must be an array/);
    expect(read({ formatVersion: 1, nodes: [{ id: 3 }] })).toThrow(/nodes\[0\]\.id must be a string/);
    const plain = { id: 'a', version: '1', dependencies: [] };
    expect(read({ formatVersion: 1, nodes: [plain, plain] })).toThrow(/nodes\[1\]\.id "a" is given twice/);
    expect(read({ formatVersion: 1, nodes: [{ ...plain, dependencies: [{ id: 'b', type: 'x' }] }] })).toThrow(
      /dependencies\["b"\]/,
    );
  });
});

describe('toGraphlib and fromGraphlib', () => {
  it('give graphlib a graph that its algorithms and its JSON understand', () => {
    const graph = sketched({ app: ['lib'], lib: ['deep'], deep: [] });
    const exchanged = graph.toGraphlib(new Graph());
    expect(alg.topsort(exchanged).reverse().map(fromGraphlibId)).toEqual(graph.getLoadOrder());
    expect(graphlibJson.write(exchanged)).toMatchObject({ options: { directed: true } });
  });

  it('write to a graph of the original graphlib as well', () => {
    const graph = sketched({ app: ['lib'], lib: ['deep'], deep: [] });
    const exchanged = graph.toGraphlib(new graphlib.Graph());
    expect(graphlib.alg.topsort(exchanged).reverse().map(fromGraphlibId)).toEqual(graph.getLoadOrder());
    expect(DependencyGraph.fromGraphlib(exchanged).toJSON()).toEqual(graph.toJSON());
  });

  it('come back as the same graph, also with ranges, absent plugins and circles', () => {
    const graph = pictured();
    expect(DependencyGraph.fromGraphlib(graph.toGraphlib()).toJSON()).toEqual(graph.toJSON());
  });

  it('let no id reach a prototype or be taken for another', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 6 }), (id) => {
        expect(fromGraphlibId(toGraphlibId(id))).toBe(id);
        expect(toGraphlibId(id)).not.toContain('\u0001');
        expect(toGraphlibId(id)).not.toContain('\u0000');
      }),
      { numRuns: 500, seed: 6 },
    );
    const before = Object.getOwnPropertyNames(Object.prototype);
    const graph = sketched({
      a: ['x'],
      'a\u0001plugin:b': ['c'],
      ['__proto__']: ['constructor', '__proto__?'],
      constructor: [],
      x: [],
      c: [],
    });
    const exchanged = graph.toGraphlib();
    expect(exchanged.edgeCount()).toBe(4);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(DependencyGraph.fromGraphlib(exchanged).toJSON()).toEqual(graph.toJSON());
  });

  it('take edges without a label as required, nodes without one as plugins, and leave out what is only mentioned', () => {
    const exchanged = new Graph();
    exchanged.setEdge('plugin:app', 'plugin:lib');
    exchanged.setNode('plugin:alone');
    expect([...DependencyGraph.fromGraphlib(exchanged)]).toMatchObject([
      { pluginId: 'alone', version: '0.0.0', metadata: {} },
      { pluginId: 'app', dependencies: { lib: 'required' } },
    ]);
  });

  it('refuse a node that is named otherwise', () => {
    const exchanged = sketched({ a: [] }).toGraphlib();
    exchanged.setNode('stranger');
    expect(() => DependencyGraph.fromGraphlib(exchanged)).toThrow(
      /node "stranger" must be named as toGraphlibId does/,
    );
    expect(() => fromGraphlibId('plugin:"')).toThrow(ValidationError);
  });
});
