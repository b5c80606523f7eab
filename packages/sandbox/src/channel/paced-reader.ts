import type { Socket } from 'node:net';

/** Looked at in one go: some hundreds of the smallest messages. */
const PIECE_BYTES = 16 * 1024;
/** Time spent on what came before other work gets its turn. */
const TURN_MS = 2;
/** Bytes that wait for the peer to read them, above which it is not heard. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

type PacedSocket = Pick<Socket, 'on' | 'pause' | 'resume' | 'writableLength'>;

/**
 * Reads a socket whose peer may flood it. The system hands over two megabytes in one turn of the event loop
 * when it can: read as they come, a hundred thousand small messages would keep the host from all else. And a
 * peer that asks and does not read the answers is not heard until it does: they would fill the host's memory.
 */
export class PacedReader {
  readonly #socket: PacedSocket;
  readonly #receive: (bytes: Buffer) => void;
  /** What came and was not looked at yet. */
  #rest: Buffer = Buffer.alloc(0);
  #spentMs = 0;
  #waitsForDrain = false;

  constructor(socket: PacedSocket, receive: (bytes: Buffer) => void) {
    this.#socket = socket;
    this.#receive = receive;
    socket.on('data', (bytes: Buffer) => {
      this.#take(bytes);
    });
    socket.on('drain', () => {
      if (this.#waitsForDrain) this.#continue();
    });
  }

  /** Answers whether all was looked at; if not, it goes on by itself. */
  #take(bytes: Buffer): boolean {
    let sinceMs = performance.now();
    for (let offset = 0; offset < bytes.byteLength; offset += PIECE_BYTES) {
      this.#receive(bytes.byteLength <= PIECE_BYTES ? bytes : bytes.subarray(offset, offset + PIECE_BYTES));
      const nowMs = performance.now();
      this.#spentMs += nowMs - sinceMs;
      sinceMs = nowMs;
      this.#waitsForDrain = this.#socket.writableLength > MAX_UNREAD_BYTES;
      if (this.#waitsForDrain || this.#spentMs > TURN_MS) {
        this.#pause(bytes.subarray(offset + PIECE_BYTES));
        return false;
      }
    }
    return true;
  }

  #pause(rest: Buffer): void {
    this.#rest = rest;
    this.#socket.pause();
    if (this.#waitsForDrain) return;
    setImmediate(() => {
      this.#continue();
    });
  }

  #continue(): void {
    this.#spentMs = 0;
    this.#waitsForDrain = false;
    if (this.#take(this.#rest)) this.#socket.resume();
  }
}
