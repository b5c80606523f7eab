import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MalformedMessageError } from '../../src/channel/decode-value.ts';
import { MessageSizeError } from '../../src/channel/message-limits.ts';
import type { AnyStreamMessage } from '../../src/channel/messages.ts';
import { StreamTable } from '../../src/channel/streams.ts';

/** A table whose messages the test reads and passes on itself. */
function createTable(): { readonly table: StreamTable; readonly sent: unknown[] } {
  const sent: unknown[] = [];
  const table = new StreamTable({
    send: (message) => sent.push(message),
    sendItem: (id, value) => sent.push(['item', id, value, false]),
    describeError: (error) => ({ name: 'Error', message: (error as Error).message }),
    makeError: ({ message }) => new Error(message),
  });
  return { table, sent };
}

const plain = (json: unknown): unknown => json;

/** Two tables that are joined: what one sends, the other handles. */
function createPair(): { readonly producer: StreamTable; readonly consumer: StreamTable } {
  const describeError = (error: unknown): { name: string; message: string } => ({
    name: 'Error',
    message: (error as Error).message,
  });
  const makeError = ({ message }: { readonly message: string }): Error => new Error(message);
  const join = (other: () => StreamTable): StreamTable =>
    new StreamTable({
      send: (message: AnyStreamMessage) => {
        queueMicrotask(() => {
          other().handle(message, plain, 10);
        });
      },
      sendItem: (id, value) => {
        queueMicrotask(() => {
          other().handle(['item', id, value, false], plain, 10);
        });
      },
      describeError,
      makeError,
    });
  const producer: StreamTable = join(() => consumer);
  const consumer: StreamTable = join(() => producer);
  return { producer, consumer };
}

/** Counts up to `end`, and notes how far it came and whether it was closed. */
function count(end: number): AsyncGenerator<number> & { produced: number; isClosed: boolean } {
  async function* run(): AsyncGenerator<number> {
    try {
      while (state.produced < end) {
        await Promise.resolve();
        state.produced += 1;
        yield state.produced;
      }
    } finally {
      state.isClosed = true;
    }
  }
  const state = Object.assign(run(), { produced: 0, isClosed: false });
  return state;
}

describe('a stream', () => {
  it('brings every item in order, and ends', async () => {
    const { producer, consumer } = createPair();
    const items: unknown[] = [];
    for await (const item of consumer.accept(producer.open(count(100)))) items.push(item);
    expect(items).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect([producer.size, consumer.size]).toEqual([0, 0]);
  });

  it('produces no more than a window ahead of its reader', async () => {
    const { producer, consumer } = createPair();
    const source = count(10_000);
    const iterator = consumer.accept(producer.open(source))[Symbol.asyncIterator]();
    await turn();
    expect(source.produced).toBe(0);
    await iterator.next();
    await turn();
    expect(source.produced).toBeLessThanOrEqual(16);
  });

  it('closes its source when the reader stops', async () => {
    const { producer, consumer } = createPair();
    const source = count(10_000);
    for await (const item of consumer.accept(producer.open(source))) if (item === 3) break;
    await turn();
    expect(source.isClosed).toBe(true);
    expect([producer.size, consumer.size]).toEqual([0, 0]);
  });

  it('throws at the reader what its source threw, after the items before it', async () => {
    const { producer, consumer } = createPair();
    const source = (async function* () {
      yield await Promise.resolve(1);
      throw new Error('source failed');
    })();
    const items: unknown[] = [];
    const reading = (async () => {
      for await (const item of consumer.accept(producer.open(source))) items.push(item);
    })();
    await expect(reading).rejects.toThrow('source failed');
    expect(items).toEqual([1]);
    expect([producer.size, consumer.size]).toEqual([0, 0]);
  });

  it('answers readers that ask ahead in order, and all that are left at the end', async () => {
    const { producer, consumer } = createPair();
    const iterator = consumer.accept(producer.open(count(2)))[Symbol.asyncIterator]();
    const results = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(results.map(({ value }) => value as unknown)).toEqual([1, 2, undefined, undefined]);
    expect(results.map(({ done }) => done)).toEqual([false, false, true, true]);
  });

  it('ends for both sides when the connection does', async () => {
    const { table } = createTable();
    const source = count(10);
    table.open(source);
    await source.next();
    const reading = table.accept(7)[Symbol.asyncIterator]().next();
    table.closeAll(new Error('gone'));
    await expect(reading).rejects.toThrow('gone');
    await turn();
    expect(source.isClosed).toBe(true);
    expect(table.size).toBe(0);
  });

  it('that is abandoned unread costs its side nothing but its entry', () => {
    const { table, sent } = createTable();
    table.accept(1);
    expect(sent).toEqual([]);
    expect(table.size).toBe(1);
  });
});

describe('a peer that does not keep to the rules', () => {
  it('may not offer one stream twice', () => {
    const { table } = createTable();
    table.accept(1);
    expect(() => table.accept(1)).toThrow(MalformedMessageError);
  });

  it('may not be opened without end', () => {
    const { table } = createTable();
    for (let id = 0; id < 10_000; id += 1) table.accept(id);
    expect(() => table.accept(10_000)).toThrow(MalformedMessageError);
  });

  it('may not send more than it was asked for', () => {
    const { table } = createTable();
    const iterator = table.accept(1)[Symbol.asyncIterator]();
    void iterator.next();
    for (let item = 0; item < 2; item += 1) table.handle(['item', 1, item, false], plain, 10);
    expect(() => {
      table.handle(['item', 1, 2, false], plain, 10);
    }).toThrow('more than it was asked for');
  });

  it('may send late items of a stream that was cancelled, as many as it was asked for, until it ends it', async () => {
    const { table } = createTable();
    const iterator = table.accept(1);
    void iterator.next();
    await iterator.return?.();
    const sendItem = (): void => {
      table.handle(['item', 1, 'late', false], plain, 10);
    };
    sendItem();
    sendItem();
    expect(sendItem).toThrow(MalformedMessageError);
    expect(() => table.accept(1)).toThrow('came twice');
    table.handle(['end', 1], plain, 10);
    expect(table.size).toBe(0);
    expect(sendItem).toThrow(MalformedMessageError);
  });

  it('is asked for fewer items the larger they are', async () => {
    const { table, sent } = createTable();
    const iterator = table.accept(1)[Symbol.asyncIterator]();
    const pulls: unknown[] = [];
    for (const bytes of [10, 10, 10, 3_000_000, 3_000_000, 3_000_000, 20_000_000]) {
      const next = iterator.next();
      pulls.push(...sent.splice(0).map((message) => (message as readonly unknown[])[2]));
      table.handle(['item', 1, 'x', false], plain, bytes);
      await next;
    }
    // Two of unknown size, then sixteen small ones; what was asked for before is not taken back.
    expect(pulls).toEqual([2, 15]);
    for (let late = 0; late < 10; late += 1) table.handle(['item', 1, 'x', false], plain, 20_000_000);
    for (let read = 0; read < 10; read += 1) await iterator.next();
    void iterator.next();
    expect(sent).toEqual([['pull', 1, 1]]);
  });

  it('cannot fill the memory with items that nobody reads', async () => {
    const { table } = createTable();
    const bytes = 200 * 1024 * 1024;
    for (const id of [1, 2]) {
      const iterator = table.accept(id)[Symbol.asyncIterator]();
      const next = iterator.next();
      table.handle(['item', id, 'x', false], plain, bytes);
      await next;
      table.handle(['item', id, 'x', false], plain, bytes);
    }
    const iterator = table.accept(3)[Symbol.asyncIterator]();
    void iterator.next();
    table.handle(['item', 3, 'x', false], plain, bytes);
    expect(() => {
      table.handle(['item', 3, 'x', false], plain, bytes);
    }).toThrow(MessageSizeError);
  });

  it.each([
    ['an item', ['item', 99, 'x', false]],
    ['an end', ['end', 99]],
    ['a failure', ['fail', 99, { name: 'Error', message: 'x' }]],
  ] as const)('may not send %s of a stream that there is not', (_name, message) => {
    const { table } = createTable();
    expect(() => {
      table.handle(message, plain, 10);
    }).toThrow(MalformedMessageError);
  });

  it.each([
    ['pull', ['pull', 99, 5]],
    ['cancel', ['cancel', 99]],
  ] as const)('changes nothing by a %s for a stream that there is not', (_name, message) => {
    const { table, sent } = createTable();
    table.handle(message, plain, 10);
    expect(sent).toEqual([]);
    expect(table.size).toBe(0);
  });

  it.each([-5, Number.MAX_SAFE_INTEGER])('cannot ask for %d items and get them all', async (asked) => {
    const { table, sent } = createTable();
    const source = count(20_000);
    const id = table.open(source);
    for (let times = 0; times < 10; times += 1) table.handle(['pull', id, asked], plain, 10);
    for (let turns = 0; turns < 100; turns += 1) await turn();
    expect(sent.length).toBeLessThanOrEqual(17);
  });

  it('is told of an iterator whose end fails only as far as it waits for it', async () => {
    const { table } = createTable();
    const id = table.open({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 1 }),
        return: () => {
          throw new Error('return failed');
        },
      }),
    });
    expect(() => {
      table.handle(['cancel', id], plain, 10);
    }).not.toThrow();
    await turn();
    expect(table.size).toBe(0);
  });
});
