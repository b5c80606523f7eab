import { ok } from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { PacedReader } from '../../../packages/sandbox/src/channel/paced-reader.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

const MAX_TURNS = 100_000;

/** The bytes of a peer: each is handed on once, in order, however they were cut and delayed. */
export const pacedReaderTarget: FuzzTarget<Buffer> = {
  name: 'paced-reader',
  kind: 'bytes',
  refusals: [],
  async parse(input) {
    const source = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => done(),
    });
    const received: Buffer[] = [];
    new PacedReader(source as unknown as Socket, (bytes) => {
      received.push(Buffer.from(bytes));
      // A receiver that does not want more for now.
      if (bytes[0] === 0) {
        source.pause();
        queueMicrotask(() => source.resume());
      }
    });
    const cuts = [1, 17, 16 * 1024, 40_000];
    for (let at = 0, turn = 0; at < input.length; turn += 1) {
      const bytes = cuts[(input[at] ?? 0) % cuts.length] ?? 1;
      source.push(input.subarray(at, at + bytes));
      at += bytes;
      if (turn % 50 === 49) await setImmediate();
    }
    source.push(null);
    for (let turn = 0; !source.readableEnded && turn < MAX_TURNS; turn += 1) await setImmediate();
    return Buffer.concat(received);
  },
  check(received, input) {
    ok(received.equals(input), `${received.length} bytes were handed on of ${input.length}`);
  },
};
