import { describe, expect, it } from 'vitest';
import { listElementaryCycles } from '../../src/cycles/elementary-cycles.ts';
import { findShortestCycle } from '../../src/cycles/shortest-cycle.ts';
import { storageOf } from '../../src/dependency-graph.ts';
import { type CompactGraph, compactSlots } from '../../src/graph/compact-graph.ts';
import { ANY } from '../../src/graph/edge-kind.ts';
import { type Sketch, sketched } from '../graphs.ts';

function compact(sketch: Sketch): CompactGraph {
  const storage = storageOf(sketched(sketch));
  return compactSlots(storage, storage.presentSlots(), ANY);
}

/** A circle of four through `a`, and one of two that does not pass it. */
const TWO_CIRCLES: Sketch = { a: ['b'], b: ['c', 'a?'], c: ['d'], d: ['a', 'c'] };

describe('a search for circles', () => {
  it('answers the best one so far, and says so, when it may look no further', () => {
    const ring = compact({ a: ['b'], b: ['c'], c: ['d', 'e'], d: ['a', 'c'], e: ['a'] });
    expect(findShortestCycle(ring)).toEqual({ vertices: [2, 3], isProvenShortest: true });
    expect(findShortestCycle(ring, 1)).toEqual({ vertices: [0, 1, 2, 4], isProvenShortest: false });
  });

  it('lists what it found, and says that there is more, when it may work no longer', () => {
    const graph = compact(TWO_CIRCLES);
    expect(listElementaryCycles(graph, 10)).toMatchObject({ isTruncated: false });
    expect(listElementaryCycles(graph, 10, 12)).toEqual({
      cycles: expect.any(Array) as unknown,
      isTruncated: true,
    });
    expect(listElementaryCycles(graph, 10, 12).cycles.length).toBeLessThan(
      listElementaryCycles(graph, 10).cycles.length,
    );
  });

  it('finds a small circle in a large graph', () => {
    const lonely = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`n${String(index)}`, ['a']]));
    const graph = sketched({ ...lonely, a: ['b', 'c'], b: ['a'], c: [] });
    expect(graph.detectCycles()).toEqual([['a', 'b', 'a']]);
  });
});
