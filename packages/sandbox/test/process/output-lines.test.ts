import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OutputLines } from '../../src/process/output-lines.ts';

/** What is handed on of `chunks`, once all were written and the stream has ended. */
async function linesOf(...chunks: readonly string[]): Promise<readonly string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  new OutputLines(
    stream,
    (text) => lines.push(text),
    () => 0,
  );
  for (const chunk of chunks) {
    stream.write(chunk);
    await turn();
  }
  stream.end();
  await turn();
  return lines;
}

describe('the output of a guest', () => {
  it('comes by lines, however it was written, the last one even without its end', async () => {
    expect(await linesOf('one\ntw', 'o\n', '\nthree')).toEqual(['one', 'two', '', 'three']);
  });

  it('is cut where a line is too long', async () => {
    const lines = await linesOf(`${'x'.repeat(20_000)}\nnext\n`, 'y'.repeat(10_000), 'z'.repeat(10_000));
    expect(lines.map(({ length }) => length)).toEqual([8192, 4, 8192]);
  });

  it.each([
    ['lines', '\n'.repeat(60_000), 2000],
    ['bytes', `${'x'.repeat(7999)}\n`.repeat(8), 132],
  ])('is handed on at a bounded rate of %s, and what was dropped is told', async (_name, chunk, most) => {
    const lines = await linesOf(...Array.from({ length: 30 }, () => chunk));
    expect(lines.length).toBeLessThanOrEqual(most + 2);
    expect(lines.at(-1)).toContain(' characters of output were dropped');
  });
});
