/**
 * The class of network sockets, which a guest without a network is not to find by way of what it may use:
 * Node's standard streams are sockets where they are pipes, and its terminals inherit from them.
 *
 * @module
 */
import { writeSync } from 'node:fs';
import { Duplex, Writable } from 'node:stream';
import tty from 'node:tty';
import { defineProperty } from '../channel/primordials.ts';

const OUTPUTS = { stdout: 1, stderr: 2 } as const;

/** Captured, as the plugin could change them. */
const { wait } = Atomics;
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
const PAUSE_MS = 1;

/** Writes all of it now, as Node does on pipes; the host always reads. A container's pipe may be full for a moment, and says so. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      wait(nobodyWakes, 0, 0, PAUSE_MS);
    }
  }
}

function createOutput(descriptor: number): Writable {
  const output = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      try {
        writeAll(descriptor, chunk);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  return Object.assign(output, { fd: descriptor, _type: 'pipe' });
}

/** Gives plain output streams in place of sockets, and takes the sockets out from under the terminals, of which a guest has none. */
export function hideSockets(): void {
  for (const [name, descriptor] of Object.entries(OUTPUTS)) {
    const output = createOutput(descriptor);
    defineProperty(process, name, {
      get: () => output,
      set: () => undefined,
      enumerable: true,
      configurable: false,
    });
  }
  for (const terminal of [tty.ReadStream, tty.WriteStream]) {
    Object.setPrototypeOf(terminal, Duplex);
    Object.setPrototypeOf(terminal.prototype, Duplex.prototype);
  }
}
