import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PacedReader } from '../../src/channel/paced-reader.ts';

/** A socket of which the test says what comes, and how much waits to leave. */
class FakeSocket extends EventEmitter {
  writableLength = 0;
  isPaused = false;

  pause(): this {
    this.isPaused = true;
    return this;
  }

  resume(): this {
    this.isPaused = false;
    return this;
  }
}

/** Keeps the event loop busy. */
function spend(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

function createReader(onBytes: (bytes: Buffer) => void = () => undefined): {
  readonly socket: FakeSocket;
  readonly received: Buffer[];
} {
  const socket = new FakeSocket();
  const received: Buffer[] = [];
  new PacedReader(socket as unknown as ConstructorParameters<typeof PacedReader>[0], (bytes) => {
    received.push(bytes);
    onBytes(bytes);
  });
  return { socket, received };
}

const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

describe('reading a socket that may be flooded', () => {
  it('hands over what came, in order', () => {
    const { socket, received } = createReader();
    socket.emit('data', BYTES);
    socket.emit('data', Buffer.from('end'));
    expect(Buffer.concat(received)).toEqual(Buffer.concat([BYTES, Buffer.from('end')]));
  });

  it('lets other work have its turn when what came takes long', async () => {
    const { socket, received } = createReader(() => {
      spend(3);
    });
    socket.emit('data', BYTES);
    expect(received).toHaveLength(1);
    expect(socket.isPaused).toBe(true);
    let turns = 0;
    for (; socket.isPaused; turns += 1) await turn();
    expect(turns).toBeGreaterThanOrEqual(received.length - 2);
    expect(Buffer.concat(received)).toEqual(BYTES);
  });

  it('is not heard while much waits for it to read', async () => {
    const { socket, received } = createReader();
    socket.writableLength = 65 * 1024 * 1024;
    socket.emit('data', BYTES);
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(socket.isPaused).toBe(true);
    expect(received).toHaveLength(1);
    socket.writableLength = 0;
    socket.emit('drain');
    expect(socket.isPaused).toBe(false);
    expect(Buffer.concat(received)).toEqual(BYTES);
  });
});
