/**
 * Async iterables over the channel, in both directions, with back-pressure: the consumer asks for a
 * window of items, and the producer sends no more than it was asked for.
 *
 * @module
 */
import type { RemoteErrorData } from '@truthound/protocols';
import { MalformedMessageError } from './decode-value.ts';
import { MAX_MESSAGE_BYTES, MessageSizeError } from './message-limits.ts';
import type { AnyStreamMessage } from './messages.ts';
import { SafeMap, append, mapGet, mapSet } from './primordials.ts';

/** Items a consumer asks for ahead, while they are small. */
const WINDOW = 16;
/** What it asks for before it has seen how large they are. */
const FIRST_WINDOW = 2;
/** Bytes of items that it wants to have waiting. */
const WINDOW_BYTES = 8 * 1024 * 1024;
/** Bytes of items, of all streams, that may wait to be consumed: two messages of the largest size. */
const MAX_WAITING_BYTES = 2 * MAX_MESSAGE_BYTES;
/** Streams that the other side may have open: each is remembered until it ends. */
const MAX_INCOMING = 10_000;

/** What the streams need of their side of the channel. */
export interface StreamHost {
  send(message: AnyStreamMessage): void;
  sendItem(streamId: number, value: unknown): void;
  describeError(error: unknown): RemoteErrorData;
  makeError(data: RemoteErrorData): Error;
}

interface Outgoing {
  readonly iterator: AsyncIterator<unknown>;
  credit: number;
  isRunning: boolean;
}

interface Waiter {
  resolve(result: IteratorResult<unknown>): void;
  reject(reason: unknown): void;
}

interface WaitingItem {
  readonly value: unknown;
  readonly bytes: number;
}

interface Incoming {
  readonly items: WaitingItem[];
  readonly waiters: Waiter[];
  /** Items asked for and not yet come. */
  credit: number;
  /** Size of the largest item so far. */
  largestBytes: number;
  end: { readonly error: Error | undefined } | undefined;
}

/** The streams of one connection. */
export class StreamTable {
  readonly #host: StreamHost;
  readonly #outgoing = new SafeMap<number, Outgoing>();
  readonly #incoming = new SafeMap<number, Incoming>();
  /** Streams that the consumer left, until the other side confirms it: how many items may still come. */
  readonly #left = new SafeMap<number, number>();
  #waitingBytes = 0;
  #nextId = 1;

  constructor(host: StreamHost) {
    this.#host = host;
  }

  /** Streams open in either direction. */
  get size(): number {
    return this.#outgoing.size + this.#incoming.size + this.#left.size;
  }

  /** Offers `source` to the other side, and answers the stream's id. */
  open(source: AsyncIterable<unknown>): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#outgoing.set(id, { iterator: source[Symbol.asyncIterator](), credit: 0, isRunning: false });
    return id;
  }

  /** The local end of a stream that the other side offers. Can be iterated once. */
  accept(id: number): AsyncIterable<unknown> & AsyncIterator<unknown> {
    if (this.#incoming.has(id) || this.#left.has(id)) throw new MalformedMessageError('a stream came twice');
    if (this.#incoming.size + this.#left.size >= MAX_INCOMING)
      throw new MalformedMessageError('too many streams are open');
    const stream: Incoming = { items: [], waiters: [], credit: 0, largestBytes: 0, end: undefined };
    mapSet(this.#incoming, id, stream);
    const iterator: AsyncIterable<unknown> & AsyncIterator<unknown> = {
      [Symbol.asyncIterator]: () => iterator,
      next: () => this.#next(id, stream),
      return: async () => {
        if (stream.end === undefined) {
          mapSet(this.#left, id, stream.credit);
          this.#host.send(['cancel', id]);
        }
        this.#finish(id, stream, undefined);
        for (const item of stream.items.splice(0)) this.#waitingBytes -= item.bytes;
        return { done: true, value: undefined };
      },
    };
    return iterator;
  }

  /** Handles a message about streams, which took that many bytes. @throws MalformedMessageError */
  handle(
    message: AnyStreamMessage,
    decode: (json: unknown, isTagged: boolean) => unknown,
    bytes: number,
  ): void {
    switch (message[0]) {
      case 'pull':
        this.#pull(message[1], message[2]);
        return;
      case 'cancel':
        this.#cancel(message[1]);
        return;
      case 'item': {
        const value = decode(message[2], message[3]);
        const stream = this.#take(message[1]);
        if (stream === undefined) return;
        this.#deliver(stream, { value, bytes });
        if (stream.waiters.length > 0) this.#askForMore(message[1], stream);
        return;
      }
      case 'end':
        this.#end(message[1], undefined);
        return;
      case 'fail':
        this.#end(message[1], this.#host.makeError(message[2]));
    }
  }

  /** Ends every stream: the connection is gone. */
  closeAll(reason: Error): void {
    for (const [id, stream] of this.#incoming) this.#finish(id, stream, reason);
    for (const { iterator } of this.#outgoing.values()) closeIterator(iterator);
    this.#outgoing.clear();
  }

  #next(id: number, stream: Incoming): Promise<IteratorResult<unknown>> {
    if (stream.items.length > 0) {
      const item = stream.items.shift();
      this.#waitingBytes -= item?.bytes ?? 0;
      this.#askForMore(id, stream);
      return Promise.resolve({ done: false, value: item?.value });
    }
    if (stream.end !== undefined) {
      const { error } = stream.end;
      stream.end = { error: undefined };
      return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      stream.waiters.push({ resolve, reject });
      this.#askForMore(id, stream);
    });
  }

  #askForMore(id: number, stream: Incoming): void {
    const window = windowOf(stream);
    const wanted = window - stream.items.length - stream.credit;
    if (stream.end !== undefined || wanted < window / 2) return;
    stream.credit += wanted;
    this.#host.send(['pull', id, wanted]);
  }

  /** The stream an item belongs to. An item that nobody asked for is a flood; one of a stream just left is late. */
  #take(id: number): Incoming | undefined {
    const stream = mapGet(this.#incoming, id) as Incoming | undefined;
    const credit = stream?.credit ?? (mapGet(this.#left, id) as number | undefined) ?? 0;
    if (credit <= 0) throw new MalformedMessageError('a stream sent more than it was asked for');
    if (stream === undefined) mapSet(this.#left, id, credit - 1);
    else stream.credit -= 1;
    return stream;
  }

  #deliver(stream: Incoming, item: WaitingItem): void {
    stream.largestBytes = item.bytes > stream.largestBytes ? item.bytes : stream.largestBytes;
    const waiter = stream.waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: item.value });
      return;
    }
    this.#waitingBytes += item.bytes;
    if (this.#waitingBytes > MAX_WAITING_BYTES) throw new MessageSizeError(MAX_WAITING_BYTES);
    append(stream.items, item);
  }

  #end(id: number, error: Error | undefined): void {
    const stream = mapGet(this.#incoming, id) as Incoming | undefined;
    if (stream !== undefined) this.#finish(id, stream, error);
    else if (!this.#left.delete(id)) throw new MalformedMessageError('a stream ended that was not open');
  }

  #finish(id: number, stream: Incoming, error: Error | undefined): void {
    if (stream.end !== undefined) return;
    stream.end = { error };
    this.#incoming.delete(id);
    const waiters = stream.waiters.splice(0);
    waiters.forEach((waiter, index) => {
      if (index === 0 && error !== undefined) waiter.reject(error);
      else waiter.resolve({ done: true, value: undefined });
    });
    if (waiters.length > 0) stream.end = { error: undefined };
  }

  #pull(id: number, count: number): void {
    const stream = this.#outgoing.get(id);
    if (stream === undefined) return;
    // Whoever asks for more at a time means to fill this side's memory.
    stream.credit = Math.min(stream.credit + Math.max(count, 0), WINDOW);
    if (!stream.isRunning) void this.#produce(id, stream);
  }

  #cancel(id: number): void {
    const stream = this.#outgoing.get(id);
    if (stream === undefined) return;
    this.#outgoing.delete(id);
    closeIterator(stream.iterator);
    this.#host.send(['end', id]);
  }

  async #produce(id: number, stream: Outgoing): Promise<void> {
    stream.isRunning = true;
    try {
      while (stream.credit > 0 && this.#outgoing.get(id) === stream) {
        const { done, value } = (await stream.iterator.next()) as {
          readonly done?: boolean;
          readonly value: unknown;
        };
        if (this.#outgoing.get(id) !== stream) return;
        if (done === true) {
          this.#outgoing.delete(id);
          this.#host.send(['end', id]);
          return;
        }
        stream.credit -= 1;
        this.#host.sendItem(id, value);
      }
    } catch (error) {
      if (!this.#outgoing.delete(id)) return;
      closeIterator(stream.iterator);
      this.#host.send(['fail', id, this.#host.describeError(error)]);
    } finally {
      stream.isRunning = false;
    }
  }
}

function windowOf({ largestBytes }: Incoming): number {
  if (largestBytes === 0) return FIRST_WINDOW;
  return Math.min(WINDOW, Math.max(1, Math.floor(WINDOW_BYTES / largestBytes)));
}

function closeIterator(iterator: AsyncIterator<unknown>): void {
  try {
    // The other side is gone or no longer interested: what the iterator answers is nobody's concern.
    iterator.return?.().then(undefined, () => undefined);
  } catch {
    // As above.
  }
}
