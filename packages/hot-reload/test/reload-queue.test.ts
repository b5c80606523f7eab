import { describe, expect, it } from 'vitest';
import { ReloadQueue } from '../src/reload-queue.ts';

interface Running {
  readonly key: string;
  readonly request: string;
  readonly signal: AbortSignal;
  finish(): Promise<void>;
}

function createQueue(): { queue: ReloadQueue<string, string>; running: Running[] } {
  const running: Running[] = [];
  const queue = new ReloadQueue<string, string>({
    run: (key, request, signal) =>
      new Promise((resolve) => {
        const finish = async (): Promise<void> => {
          resolve(`${key}: ${request} done`);
          await new Promise((settled) => setImmediate(settled));
        };
        running.push({ key, request, signal, finish });
      }),
    abandon: (key, request, reason) => `${key}: ${request} abandoned, ${String(reason)}`,
  });
  return { queue, running };
}

describe('ReloadQueue', () => {
  it('W-63: lets all who ask while one runs share one more, done as the newest asked', async () => {
    const { queue, running } = createQueue();
    const first = queue.ask({ key: 'a', request: 'one' });
    const others = ['two', 'three', 'four'].map((request) => queue.ask({ key: 'a', request }));
    expect(running).toHaveLength(1);
    await running[0]?.finish();
    expect(await first).toBe('a: one done');
    expect(running.map(({ request }) => request)).toEqual(['one', 'four']);
    await running[1]?.finish();
    expect(await Promise.all(others)).toEqual(Array(3).fill('a: four done'));
  });

  it('runs different plugins side by side', () => {
    const { queue, running } = createQueue();
    void queue.ask({ key: 'a', request: 'one' });
    void queue.ask({ key: 'b', request: 'one' });
    expect(running.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('starts again after it was idle', async () => {
    const { queue, running } = createQueue();
    void queue.ask({ key: 'a', request: 'one' });
    await running[0]?.finish();
    void queue.ask({ key: 'a', request: 'two' });
    expect(running).toHaveLength(2);
  });

  it('does nothing for a signal that has aborted already', async () => {
    const { queue, running } = createQueue();
    const result = await queue.ask({ key: 'a', request: 'one', signal: AbortSignal.abort('late') });
    expect(result).toBe('a: one abandoned, late');
    expect(running).toEqual([]);
  });

  it('ends what runs when the only one who waits gives up, and lets them see how it ended', async () => {
    const { queue, running } = createQueue();
    const controller = new AbortController();
    const result = queue.ask({ key: 'a', request: 'one', signal: controller.signal });
    controller.abort('enough');
    expect(running[0]?.signal.reason).toBe('enough');
    await running[0]?.finish();
    expect(await result).toBe('a: one done');
  });

  it('does not let one who gives up end what others wait for', async () => {
    const { queue, running } = createQueue();
    void queue.ask({ key: 'a', request: 'one' });
    const controller = new AbortController();
    const impatient = queue.ask({ key: 'a', request: 'two', signal: controller.signal });
    const patient = queue.ask({ key: 'a', request: 'three' });
    await running[0]?.finish();
    controller.abort('enough');
    expect(await impatient).toBe('a: two abandoned, enough');
    expect(running[1]?.signal.aborted).toBe(false);
    await running[1]?.finish();
    expect(await patient).toBe('a: three done');
  });

  it('never starts what everybody gave up while it waited', async () => {
    const { queue, running } = createQueue();
    void queue.ask({ key: 'a', request: 'one' });
    const controller = new AbortController();
    const { signal } = controller;
    const dropped = [
      queue.ask({ key: 'a', request: 'two', signal }),
      queue.ask({ key: 'a', request: 'three', signal }),
    ];
    controller.abort('enough');
    expect(await Promise.all(dropped)).toEqual(['a: two abandoned, enough', 'a: three abandoned, enough']);
    await running[0]?.finish();
    expect(running).toHaveLength(1);
  });

  it('starts anew for those who ask after all others gave up', async () => {
    const { queue, running } = createQueue();
    void queue.ask({ key: 'a', request: 'one' });
    const controller = new AbortController();
    void queue.ask({ key: 'a', request: 'two', signal: controller.signal });
    controller.abort('enough');
    const late = queue.ask({ key: 'a', request: 'three' });
    await running[0]?.finish();
    await running[1]?.finish();
    expect(await late).toBe('a: three done');
  });

  it('aborts one plugin: drops what waits, ends what runs, and waits for that', async () => {
    const { queue, running } = createQueue();
    void queue.ask({ key: 'a', request: 'one' });
    void queue.ask({ key: 'b', request: 'one' });
    const waiting = queue.ask({ key: 'a', request: 'two' });
    let isOver = false;
    const aborting = queue.abort('a', 'unload').then(() => {
      isOver = true;
    });
    expect(await waiting).toBe('a: two abandoned, unload');
    expect(running.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    expect(isOver).toBe(false);
    await running[0]?.finish();
    await aborting;
    expect(running).toHaveLength(2);
  });

  it('aborts nothing where nothing runs', async () => {
    const { queue } = createQueue();
    await queue.abort('a', 'unload');
    await queue.abortAll('close');
  });
});
