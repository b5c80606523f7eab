#!/usr/bin/env node
/**
 * `truthound-guest-image [--runtime docker|podman|PATH] [--node PATH]`: makes the image that sandboxes run on,
 * and prints its name.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { buildGuestImage } from './build-guest-image.ts';

const USAGE = `usage: truthound-guest-image [--runtime docker|podman|PATH] [--node PATH]

Makes an image of a Node and its shared libraries in a container engine, and prints its name.
  --runtime  docker, podman, a path of Podman, or the socket of a daemon (default: the first that works)
  --node     the Node to make it of (default: this one)`;

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { runtime: { type: 'string' }, node: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const { help = false, runtime, node } = values;
  if (help) {
    print(USAGE);
    return;
  }
  const { reference } = await buildGuestImage({
    ...(runtime === undefined ? {} : { runtime }),
    ...(node === undefined ? {} : { node }),
  });
  print(reference);
}

// Not a top-level await: the CommonJS build has none.
main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
