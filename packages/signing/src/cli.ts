#!/usr/bin/env node
import { runCli } from './cli/run-cli.ts';

const world = {
  env: process.env,
  now: (): Date => new Date(),
  print: (text: string): void => {
    console.log(text);
  },
  printError: (text: string): void => {
    console.error(text);
  },
};

// Not a top-level await: the CommonJS build has none. runCli never rejects.
void runCli(process.argv.slice(2), world).then((exitCode) => {
  process.exitCode = exitCode;
});
