import type { Socket } from 'node:net';
import type { DirectReader } from './direct-reader.ts';
import { type Frame, FrameReader, toBinaryHead, toLine } from './frames.ts';
import { FULL_LIMITS, MAX_MESSAGE_BYTES, type MessageLimits } from './message-limits.ts';
import { PacedReader } from './paced-reader.ts';

/** The part of a socket that a connection uses: a pipe to a child, a Unix socket, or the guest's own end. */
export type ConnectionSocket = Pick<
  Socket,
  'write' | 'on' | 'destroy' | 'writableLength' | 'cork' | 'uncork' | 'pause' | 'resume'
>;

/** What a connection tells its owner. */
export interface ConnectionHandlers {
  onFrame(frame: Frame): void;
  /** The peer sent what is not a message, or the owner's `onFrame` threw. Nothing more is read. */
  onFault(error: Error): void;
  onClose(): void;
}

/** How a connection reads and how much it takes. */
export interface ConnectionOptions {
  /** Of what is read. @defaultValue those for a trusted peer */
  readonly limits?: MessageLimits;
  readonly maxQueuedBytes?: number;
  /**
   * Whether the peer may be hostile: then nothing is read while much waits for it to read, and other work gets
   * its turn after a few milliseconds, however much has come. @defaultValue false
   */
  readonly isGuarded?: boolean;
  /** Reads the socket, in place of its 'data' event. */
  readonly source?: DirectReader | undefined;
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

/** Messages that leave together at most: the other side starts on the first while the next are written. */
const MESSAGES_PER_WRITE = 16;
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
  #pendingCount = 0;
  #isScheduled = false;
  readonly #flushLater = (): void => {
    this.#isScheduled = false;
    this.flush();
  };
  #isOpen = true;

  constructor(socket: ConnectionSocket, handlers: ConnectionHandlers, options: ConnectionOptions = {}) {
    const { limits = FULL_LIMITS, maxQueuedBytes = 2 * MAX_MESSAGE_BYTES } = options;
    this.#socket = socket;
    this.#maxQueuedBytes = maxQueuedBytes;
    const reader = new FrameReader((frame) => {
      if (this.#isOpen) handlers.onFrame(frame);
    }, limits);
    const receive = (bytes: Buffer): void => {
      if (!this.#isOpen) return;
      try {
        reader.push(bytes);
      } catch (error) {
        this.#isOpen = false;
        handlers.onFault(error instanceof Error ? error : new Error(String(error)));
      }
    };
    if (options.isGuarded === true) new PacedReader(socket, receive);
    else if (options.source === undefined) socket.on('data', receive);
    else options.source.attach(reader, receive);
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
      this.#pendingCount += 1;
      if (this.#pendingCount >= MESSAGES_PER_WRITE) this.flush();
      else this.#scheduleFlush();
      return;
    }
    this.flush();
    const head = toBinaryHead(message, parts);
    this.#socket.cork();
    try {
      this.#socket.write(head);
      for (let index = 0; index < parts.length; index += 1) this.#socket.write(parts[index] ?? '');
    } finally {
      this.#socket.uncork();
    }
  }

  /** Writes now what waits for the end of this turn. */
  flush(): void {
    if (this.#pendingText === '' || !this.#isOpen) return;
    const text = this.#pendingText;
    this.#pendingText = '';
    this.#pendingCount = 0;
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
