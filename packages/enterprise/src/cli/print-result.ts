import { inspect } from 'node:util';
import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';

/** Prints what a plugin's function answered: a text as it is, other values as Node shows them; a stream item by item. */
export async function printResult(result: unknown, terminal: Terminal): Promise<void> {
  if (!isAsyncIterable(result)) {
    if (terminal.isJson) terminal.json({ result });
    else terminal.line(toText(result));
    return;
  }
  for await (const item of result) {
    if (terminal.isJson) terminal.json({ item }, 'compact');
    else terminal.line(toText(item));
  }
}

/** A value as one or more lines, with nothing in it that moves the cursor. */
export function toText(value: unknown): string {
  return printable(typeof value === 'string' ? value : inspect(value, { depth: null, maxArrayLength: null }));
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
