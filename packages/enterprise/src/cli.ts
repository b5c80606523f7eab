#!/usr/bin/env node
import { runCli } from './cli/run-cli.ts';
import { isSigningCommand, runSigningCommand } from './cli/signing-commands.ts';

async function main(argv: readonly string[]): Promise<void> {
  if (isSigningCommand(argv)) {
    await runSigningCommand(argv);
    return;
  }
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupt.abort(new Error(`stopped by ${signal}`));
    });
  }
  const { stdout, stderr } = process;
  // Whoever reads the output may stop reading: that ends the work, and is no crash.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    interrupt.abort(new Error('nobody reads the output any more'));
  });
  process.exitCode = await runCli(argv, { stdout, stderr, signal: interrupt.signal });
}

// Not a top-level await: the CommonJS build has none.
void main(process.argv.slice(2));
