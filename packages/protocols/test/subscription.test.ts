import { expect, test, vi } from 'vitest';
import { createUnsubscribe } from '../src/index.ts';

test('a subscription ends once, however often it is told to', () => {
  const remove = vi.fn<() => void>();
  const unsubscribe = createUnsubscribe(remove);
  expect(remove).not.toHaveBeenCalled();
  unsubscribe();
  unsubscribe();
  unsubscribe[Symbol.dispose]();
  expect(remove).toHaveBeenCalledTimes(1);
});

test('a subscription ends with the scope that holds it', () => {
  const remove = vi.fn<() => void>();
  {
    using subscription = createUnsubscribe(remove);
    expect(subscription).toBeTypeOf('function');
  }
  expect(remove).toHaveBeenCalledTimes(1);
});
