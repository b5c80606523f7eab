import { expect, it } from 'vitest';
import { judgeLimits } from '../../src/confinement/outer-limits.ts';

const CONFIRMED = `Limit                     Soft Limit           Hard Limit           Units
Max data size             1000000              1000000              bytes
Max core file size        0                    0                    bytes
Max open files            40                   1024                 files
`;

it('counts on a limit only where the kernel confirms it, soft and hard', () => {
  const layers = judgeLimits({ core: 0, data: 1_000_000, nofile: 40 }, CONFIRMED, false);
  expect(layers.map(({ name }) => name)).toEqual(['prlimit-data']);
  expect(judgeLimits({ core: 0, data: 999_999 }, CONFIRMED, false)).toEqual([]);
});

it('does not take the limit of each process for one of all of them', () => {
  const [layer] = judgeLimits({ core: 0, data: 1_000_000 }, CONFIRMED, true);
  expect(layer?.claims).toMatchObject([{ guarantee: 'memory', strength: 'partial' }]);
});
