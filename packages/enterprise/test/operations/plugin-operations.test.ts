import { describe, expect, it } from 'vitest';
import { PluginOperations } from '../../src/operations/plugin-operations.ts';

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('operations on plugins', () => {
  it('run one at a time for one plugin, in the order they came, and side by side for two', async () => {
    const operations = new PluginOperations();
    const { opened, open } = gate();
    const order: string[] = [];
    const first = operations.run('a', async () => {
      await opened;
      order.push('first');
    });
    const second = operations.run('a', async () => void order.push('second'));
    await operations.run('b', async () => void order.push('other'));
    expect(operations.isBusy('a')).toBe(true);
    open();
    await Promise.all([first, second]);
    expect(order).toEqual(['other', 'first', 'second']);
    await Promise.resolve();
    expect(operations.isBusy('b')).toBe(false);
  });

  it('run at once inside another one on the same plugin, which would wait for itself', async () => {
    const operations = new PluginOperations();
    const answer = await operations.run('a', () =>
      operations.run('b', () => operations.run('a', async () => 7)),
    );
    expect(answer).toBe(7);
  });

  it('wait again once the operation they were started from is over', async () => {
    const operations = new PluginOperations();
    const { opened, open } = gate();
    const order: string[] = [];
    let later: Promise<unknown> = Promise.resolve();
    await operations.run('a', async () => {
      later = opened.then(() => operations.run('a', async () => void order.push('later')));
    });
    const holding = gate();
    const next = operations.run('a', async () => {
      open();
      await holding.opened;
      order.push('next');
    });
    await opened;
    holding.open();
    await Promise.all([next, later]);
    expect(order).toEqual(['next', 'later']);
  });

  it('that failed or were given up while they waited do not hold up the others', async () => {
    const operations = new PluginOperations();
    const { opened, open } = gate();
    const first = operations.run('a', async () => {
      await opened;
      throw new Error('broken');
    });
    const stop = new AbortController();
    const second = operations.run('a', async () => 'never', stop.signal);
    const third = operations.run('a', async () => 'third');
    stop.abort(new Error('given up'));
    await expect(second).rejects.toThrow('given up');
    open();
    await expect(first).rejects.toThrow('broken');
    expect(await third).toBe('third');
  });
});
