import { addAbortListener } from 'node:events';
import { inspect } from 'node:util';
import { printable } from './printable.ts';
import type { Terminal } from './terminal.ts';

/**
 * Prints what a plugin's function answered: a text as it is, other values as Node shows them; a stream item by item,
 * until the signal is aborted.
 */
export async function printResult(result: unknown, terminal: Terminal, signal: AbortSignal): Promise<void> {
  if (!isAsyncIterable(result)) {
    if (terminal.isJson) terminal.json({ result: result ?? null });
    else terminal.line(toText(result));
    return;
  }
  const items = result[Symbol.asyncIterator]();
  for (;;) {
    const { done, value: item } = await readNext(items, signal);
    if (done === true) return;
    if (terminal.isJson) terminal.json({ item: item ?? null }, 'compact');
    else terminal.line(toText(item));
  }
}

/** A plugin that does not go on must not keep the person at the keyboard. */
function readNext(
  items: AsyncIterator<unknown>,
  signal: AbortSignal,
): Promise<IteratorResult<unknown, unknown>> {
  return new Promise((resolve, reject) => {
    const listener = addAbortListener(signal, () => {
      reject(signal.reason as Error);
    });
    items
      .next()
      .finally(() => {
        listener[Symbol.dispose]();
      })
      .then(resolve, reject);
  });
}

/** A value as one or more lines, with nothing in it that moves the cursor. */
export function toText(value: unknown): string {
  return printable(typeof value === 'string' ? value : inspect(value, { depth: null, maxArrayLength: null }));
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
