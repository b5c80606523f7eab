import { deepStrictEqual } from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { splitDockerOutput } from '../../../packages/sandbox/src/container/docker-output.ts';
import type { FuzzTarget } from '../fuzz-target.ts';

type Written = readonly [stdout: Buffer, stderr: Buffer];

const HEADER_BYTES = 8;

/** The same, all at once. */
function splitAtOnce(input: Buffer): Written {
  const written: readonly [Buffer[], Buffer[]] = [[], []];
  for (let at = 0; at + HEADER_BYTES <= input.length;) {
    const end = at + HEADER_BYTES + input.readUInt32BE(at + 4);
    written[input[at] === 2 ? 1 : 0].push(input.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  return [Buffer.concat(written[0]), Buffer.concat(written[1])];
}

async function splitInPieces(input: Buffer, pieceBytes: number): Promise<Written> {
  const source = new PassThrough();
  const { stdout, stderr } = splitDockerOutput(source);
  const written = Promise.all([buffer(stdout), buffer(stderr)]);
  for (let at = 0; at < input.length; at += pieceBytes) source.write(input.subarray(at, at + pieceBytes));
  source.end();
  return written;
}

/** What the daemon says that a container wrote. */
export const dockerOutputTarget: FuzzTarget<Written> = {
  name: 'docker-output',
  kind: 'bytes',
  refusals: [],
  parse: (input) => splitInPieces(input, 1 + Math.floor(input.length / 5)),
  check(written, input) {
    deepStrictEqual(written, splitAtOnce(input));
  },
};
