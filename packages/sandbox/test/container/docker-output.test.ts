import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitDockerOutput } from '../../src/container/docker-output.ts';

function frame(stream: number, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

it('takes what both streams wrote apart, wherever the pieces were cut', async () => {
  const written = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string()));
  await fc.assert(
    fc.asyncProperty(written, fc.integer({ min: 1, max: 40 }), async (parts, pieceBytes) => {
      const source = new PassThrough();
      const { stdout, stderr } = splitDockerOutput(source);
      const all = Buffer.concat(parts.map(([stream, said]) => frame(stream, Buffer.from(said))));
      for (let at = 0; at < all.length; at += pieceBytes) source.write(all.subarray(at, at + pieceBytes));
      source.end();
      const of = (wanted: number): string =>
        Buffer.concat(
          parts.filter(([stream]) => stream === wanted).map(([, said]) => Buffer.from(said)),
        ).toString();
      expect(await Promise.all([text(stdout), text(stderr)])).toEqual([of(1), of(2)]);
    }),
  );
});

it('ends both when the connection breaks', async () => {
  const source = new PassThrough();
  const { stdout, stderr } = splitDockerOutput(source);
  source.write(frame(1, Buffer.from('half')).subarray(0, 10));
  source.destroy(new Error('the daemon is gone'));
  await expect(Promise.all([text(stdout), text(stderr)])).resolves.toEqual(['ha', '']);
});
