import type { Socket } from 'node:net';
import { type Frame, FrameReader, MAX_MESSAGE_BYTES, toBinaryHead, toLine } from './frames.ts';

/** The part of a socket that a connection uses: a pipe to a child, a Unix socket, or the guest's own end. */
export type ConnectionSocket = Pick<
  Socket,
  'write' | 'on' | 'destroy' | 'writableLength' | 'cork' | 'uncork'
>;

/** What a connection tells its owner. */
export interface ConnectionHandlers {
  onFrame(frame: Frame): void;
  /** The peer sent what is not a message, or the owner's `onFrame` threw. Nothing more is read. */
  onFault(error: Error): void;
  onClose(): void;
}

/** The message is larger than the channel takes, or the peer does not read. */
export class ChannelCapacityError extends Error {
  static {
    this.prototype.name = 'ChannelCapacityError';
  }

  readonly limit: number;
  readonly actual: number;

  constructor(message: string, facts: { readonly limit: number; readonly actual: number }) {
    super(message);
    this.limit = facts.limit;
    this.actual = facts.actual;
  }
}

const schedule = process.nextTick;

/**
 * Sends and receives messages over a socket.
 *
 * What is sent within one turn of the event loop leaves in one write: with many calls in flight that is
 * most of the throughput.
 */
export class Connection {
  readonly #socket: ConnectionSocket;
  readonly #maxQueuedBytes: number;
  #pendingText = '';
  #isScheduled = false;
  readonly #flushLater = (): void => {
    this.flush();
  };
  #isOpen = true;

  constructor(
    socket: ConnectionSocket,
    handlers: ConnectionHandlers,
    options: { readonly maxMessageBytes?: number; readonly maxQueuedBytes?: number } = {},
  ) {
    const { maxMessageBytes = MAX_MESSAGE_BYTES, maxQueuedBytes = 2 * MAX_MESSAGE_BYTES } = options;
    this.#socket = socket;
    this.#maxQueuedBytes = maxQueuedBytes;
    const reader = new FrameReader((frame) => {
      if (this.#isOpen) handlers.onFrame(frame);
    }, maxMessageBytes);
    socket.on('data', (chunk: Buffer) => {
      if (!this.#isOpen) return;
      try {
        reader.push(chunk);
      } catch (error) {
        this.#isOpen = false;
        handlers.onFault(error instanceof Error ? error : new Error(String(error)));
      }
    });
    // EPIPE and ECONNRESET say that the peer is gone; 'close' follows and is what counts.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isOpen = false;
      handlers.onClose();
    });
  }

  /**
   * Sends a message. Sending on a closed connection does nothing: its owner learns of the end by `onClose`.
   * @throws ChannelCapacityError when the peer has not read what was sent before.
   */
  send(message: unknown, parts: readonly Uint8Array[] = []): void {
    if (!this.#isOpen) return;
    const queued = this.#socket.writableLength + this.#pendingText.length;
    if (queued > this.#maxQueuedBytes) {
      throw new ChannelCapacityError('the other side does not read its messages', {
        limit: this.#maxQueuedBytes,
        actual: queued,
      });
    }
    if (parts.length === 0) {
      this.#pendingText += toLine(message);
      this.#scheduleFlush();
      return;
    }
    this.flush();
    this.#socket.cork();
    this.#socket.write(toBinaryHead(message, parts));
    for (let index = 0; index < parts.length; index += 1) this.#socket.write(parts[index] ?? '');
    this.#socket.uncork();
  }

  /** Writes now what waits for the end of this turn. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#pendingText === '' || !this.#isOpen) return;
    const text = this.#pendingText;
    this.#pendingText = '';
    this.#socket.write(text, 'utf8');
  }

  close(): void {
    this.flush();
    this.#isOpen = false;
    this.#socket.destroy();
  }

  #scheduleFlush(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    schedule(this.#flushLater);
  }
}
