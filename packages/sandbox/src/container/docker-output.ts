import { PassThrough, type Readable } from 'node:stream';

/** What a container writes, taken apart again. */
export interface DockerOutput {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Takes Docker's attached stream apart: frames of one byte for the stream (1: stdout, 2: stderr), three
 * of zeros, four for the length, and the bytes ("Attach to a container", stream format).
 *
 * Never waits for its readers to read: they drop what is too much.
 */
export function splitDockerOutput(source: Readable): DockerOutput {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let header = Buffer.alloc(0);
  let left = 0;
  let target = stdout;
  source.on('data', (chunk: Buffer) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER_BYTES) return;
        left = header.readUInt32BE(4);
        target = header[0] === STDERR ? stderr : stdout;
        header = Buffer.alloc(0);
        continue;
      }
      const part = rest.subarray(0, left);
      target.write(part);
      left -= part.length;
      rest = rest.subarray(part.length);
    }
  });
  const end = (): void => {
    stdout.end();
    stderr.end();
  };
  source.on('error', end);
  source.on('close', end);
  return { stdout, stderr };
}
