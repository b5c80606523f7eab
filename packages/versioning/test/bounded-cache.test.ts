import { expect, it } from 'vitest';
import { BoundedCache } from '../src/bounded-cache.ts';

it('never holds more than its capacity, whatever is asked', () => {
  const cache = new BoundedCache<number>(10);
  for (let index = 0; index < 1000; index += 1) {
    cache.set(String(index), index);
    cache.get(String(index - 7));
    expect(cache.size).toBeLessThanOrEqual(10);
  }
});

it('keeps what is used and forgets what is not', () => {
  const cache = new BoundedCache<string>(10);
  cache.set('used', 'yes');
  cache.set('unused', 'no');
  for (let index = 0; index < 100; index += 1) {
    cache.set(String(index), 'other');
    expect(cache.get('used')).toBe('yes');
  }
  expect(cache.get('unused')).toBeUndefined();
});
