import { describe, expect, it } from 'vitest';
import { type Contender, compare, comparisonOf, compareSteps } from '../harness/compare.ts';
import { Role } from '../harness/figures.ts';
import { inTurn } from '../harness/in-turn.ts';

describe('inTurn', () => {
  it('takes everyone once a round, each round starting with another, and forgets the rounds that warm up', async () => {
    const taken: string[] = [];
    const samples = await inTurn(['a', 'b', 'c'], { rounds: 3, warmUps: 1 }, async (item) =>
      taken.push(item),
    );
    expect(taken.join('')).toBe('abc' + 'bca' + 'cab' + 'abc');
    expect(samples).toEqual([
      [6, 8, 10],
      [4, 9, 11],
      [5, 7, 12],
    ]);
  });
});

/** Takes the given times, and says so. */
function taking(name: string, times: readonly number[], log: string[] = []): Contender {
  let round = -1;
  return {
    name,
    role: Role.PEER,
    prepare: () => log.push(`prepare ${name}`),
    run: () => (round += 1),
    finish: () => log.push(`finish ${name}`),
    ownMs: () => times[round] ?? Number.NaN,
    cpuMs: () => round * 5,
  };
}

describe('compare', () => {
  it('compares within rounds: one that was slow for both changes no ratio', async () => {
    const contenders = [taking('base', [1, 10, 1]), taking('other', [2, 20, 3])];
    const { rows } = await compare({ title: 'x', contenders, rounds: 3, warmUps: 0 });
    expect(rows.map(({ value }) => value.median)).toEqual([1, 3]);
    expect(rows[1]?.ratio).toEqual({ best: 2, lowerQuartile: 2, median: 2, upperQuartile: 3 });
  });

  it('answers the time of one operation, and the CPU time of whoever works for it', async () => {
    const contenders = [taking('base', [8, 8])];
    const { rows } = await compare({ title: 'x', contenders, rounds: 2, warmUps: 0, operations: 4 });
    expect(rows[0]?.value.median).toBe(2);
    expect(rows[0]?.cpu?.value.median).toBe(1.25);
  });

  it('leaves CPU time out where it cannot be told', async () => {
    const { rows } = await compare({ title: 'x', contenders: [taking('a', [1])], rounds: 1, hasCpu: false });
    expect(rows[0]).not.toHaveProperty('cpu');
  });

  it('makes ready and cleans up around every run', async () => {
    const log: string[] = [];
    await compare({ title: 'x', contenders: [taking('a', [1], log)], rounds: 1, warmUps: 1 });
    expect(log).toEqual(['prepare a', 'finish a', 'prepare a', 'finish a']);
  });

  it('waits for what answers later', async () => {
    let isDone = false;
    const run = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      isDone = true;
    };
    const finish = (): void => expect(isDone).toBe(true);
    await compare({ title: 'x', contenders: [{ name: 'a', role: Role.OURS, run, finish }], rounds: 1 });
    expect(isDone).toBe(true);
  });
});

describe('compareSteps', () => {
  it('answers a comparison for each step', async () => {
    const contenders = [
      { name: 'a', role: Role.OURS, run: () => [1, 10] },
      { name: 'b', role: Role.PEER, run: async () => [2, 5] },
    ];
    const [first, second] = await compareSteps(['build', 'order'], contenders, { rounds: 2 });
    expect([first?.title, first?.rows[1]?.ratio.median]).toEqual(['build', 2]);
    expect([second?.title, second?.rows[1]?.ratio.median]).toEqual(['order', 0.5]);
  });
});

describe('comparisonOf', () => {
  it('takes values that were measured otherwise', () => {
    const { unit, rounds, rows } = comparisonOf('memory', 'MB', [
      { name: 'a', role: Role.OURS, values: [4] },
      { name: 'b', role: Role.PEER, values: [12] },
    ]);
    expect({ unit, rounds, ratio: rows[1]?.ratio.median }).toEqual({ unit: 'MB', rounds: 1, ratio: 3 });
  });

  it('pairs the rounds that both sides have', () => {
    const { rows } = comparisonOf('times', 'ms', [
      { name: 'a', role: Role.OURS, values: [2, 4] },
      { name: 'b', role: Role.PEER, values: [1, 2, 100, 200, 300] },
    ]);
    expect(rows[1]?.ratio.median).toBe(0.5);
    expect(rows[1]?.value.median).toBe(100);
  });
});
