import type { FrameReader } from './frames.ts';

const SMALL_BYTES = 64 * 1024;
const { from: copyOf } = Buffer;

/**
 * Gives a socket the memory to read into: one small buffer again and again, and for a large message with
 * bytes its own, so that these are read to where they stay.
 *
 * For the guest alone, whose peer is honest: memory is taken for what a message says is to come.
 */
export class DirectReader {
  #reader: FrameReader | undefined;
  #receive: (bytes: Buffer) => void = () => undefined;
  readonly #small = Buffer.allocUnsafeSlow(SMALL_BYTES);
  #large: Buffer | undefined;
  #filled = 0;

  /** Says where what was read goes. The socket asks for its first buffer before there is a connection. */
  attach(reader: FrameReader, receive: (bytes: Buffer) => void): void {
    this.#reader = reader;
    this.#receive = receive;
  }

  /** Where the socket reads to next. */
  readonly nextBuffer = (): Uint8Array => this.#large?.subarray(this.#filled) ?? this.#small;

  /** Takes the `count` bytes that the socket has read there. */
  readonly received = (count: number): boolean => {
    const large = this.#large;
    if (large === undefined) {
      this.#receive(copyOf.call(Buffer, this.#small.subarray(0, count)));
      if (this.#reader !== undefined && this.#reader.missing > SMALL_BYTES) {
        const { frame, filled } = this.#reader.takeIncomplete();
        this.#large = frame;
        this.#filled = filled;
      }
      return true;
    }
    this.#filled += count;
    if (this.#filled === large.byteLength) {
      this.#large = undefined;
      this.#receive(large);
    }
    return true;
  };
}
