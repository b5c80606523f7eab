import { type EnforcementReport, GUARANTEES, LifecycleState, type PluginHandle } from '@truthound/protocols';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { EnterprisePluginManager } from '../src/index.ts';
import { manage } from './support/manage.ts';
import { SIGNER, Workshop } from './support/workshop.ts';

interface CsvPlugin {
  read(text: string, options?: { readonly separator?: string }): string[][];
  rows(text: string): AsyncGenerator<string[]>;
  endless(): AsyncIterable<number>;
  hang(): Promise<never>;
  version(): string;
}

const CODE = `
  export const read = (text, { separator = ',' } = {}) => text.split('\\n').map((line) => line.split(separator));
  export async function* rows(text) { for (const row of read(text)) yield row; }
  export async function* endless() { for (let n = 0; ; n += 1) { yield n; await new Promise((next) => setTimeout(next, 1)); } }
  export const hang = () => new Promise(() => setInterval(() => {}, 1000));
`;

describe('manager.getPlugin<CsvPlugin>("csv-reader")', () => {
  let workshop: Workshop;
  let manager: EnterprisePluginManager;
  let csv: PluginHandle<CsvPlugin>;

  beforeAll(async () => {
    workshop = await Workshop.create();
    await workshop.plugin('csv-reader', { code: `${CODE} export const version = () => 'one';` });
    manager = await manage(workshop, { reload: { bakeTimeMs: 0 } });
    await manager.load('csv-reader');
    csv = manager.getPlugin<CsvPlugin>('csv-reader');
  });
  afterAll(async () => {
    await manager[Symbol.asyncDispose]();
    await workshop[Symbol.asyncDispose]();
  });

  it('calls by name and as methods, with the types of the plugin', async () => {
    const rows = await csv.call('read', 'a;b', { separator: ';' });
    expectTypeOf(rows).toEqualTypeOf<string[][]>();
    expect(rows).toEqual([['a', 'b']]);
    expect(await csv.exports.read('1,2\n3,4')).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expectTypeOf(csv.exports.read).returns.resolves.toEqualTypeOf<string[][]>();
  });

  it('streams, item by item, and ends the stream when the reader leaves', async () => {
    const seen: string[][] = [];
    for await (const row of await csv.call('rows', 'a,b\nc,d')) seen.push(row);
    expect(seen).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    for await (const number of await csv.exports.endless()) if (number === 3) break;
    expect(await csv.call('read', 'works on')).toEqual([['works on']]);
  });

  it('gives a call up when its signal is aborted, and takes the next one', async () => {
    const reason = new Error('nobody waits any more');
    const stop = new AbortController();
    const hanging = csv.invoke('hang', [], { signal: stop.signal });
    stop.abort(reason);
    await expect(hanging).rejects.toBe(reason);
    expect(await csv.call('read', 'x')).toEqual([['x']]);
    await expect(csv.invoke('read', ['x'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('says what it is, how it was verified, what it may do and what keeps it there', async () => {
    expect(csv).toMatchObject({ id: 'csv-reader', version: '1.0.0', state: LifecycleState.ACTIVE });
    expect(csv.info).toMatchObject({ id: 'csv-reader', path: workshop.pluginPath('csv-reader') });
    expect(csv.verification).toMatchObject({ isValid: true, verdict: 'verified', signerId: SIGNER });
    expect(csv.policy).toMatchObject({ allowNetwork: false, allowFileWrite: false });
    expect(Object.keys(csv.enforcement)).toEqual(expect.arrayContaining([...GUARANTEES]));
    expectTypeOf(csv.enforcement).toEqualTypeOf<EnforcementReport>();
    const before = await csv.usage();
    await csv.call('read', 'one more');
    const after = await csv.usage();
    expect(after.calls).toBe(before.calls + 1);
    expect(after.memoryMb).toBeGreaterThan(1);
    expect(after.cpuSeconds).toBeGreaterThanOrEqual(before.cpuSeconds);
  });

  it('is the same one after a reload, and then speaks for the new version', async () => {
    await workshop.plugin('csv-reader', {
      version: '1.1.0',
      code: `${CODE} export const version = () => 'two';`,
    });
    expect(await manager.reload('csv-reader')).toMatchObject({ success: true });
    expect([csv.version, await csv.call('version')]).toEqual(['1.1.0', 'two']);
  });

  it('lets no wrong call through the compiler, and none that does not cross the boundary at run time', async () => {
    const wrong = (): readonly unknown[] => [
      // @ts-expect-error -- no such function
      csv.call('write', 'x'),
      // @ts-expect-error -- a number is no text
      csv.call('read', 1),
      // @ts-expect-error -- no such option
      csv.call('read', 'x', { delimiter: ';' }),
      // @ts-expect-error -- the argument is missing
      csv.call('read'),
      // @ts-expect-error -- one argument too many
      csv.exports.rows('x', 'y'),
      // @ts-expect-error -- no such function
      csv.exports.write,
      // @ts-expect-error -- arguments are a tuple of the function's own
      csv.invoke('read', [1]),
      // @ts-expect-error -- no such option of a call
      csv.invoke('read', ['x'], { timeout: 1 }),
    ];
    expect(wrong).toBeTypeOf('function');
    // A plugin of which no type is known takes anything, and answers what nobody knows.
    const untyped = manager.getPlugin('csv-reader');
    expectTypeOf(await untyped.call('read', 'a,b')).toEqualTypeOf<unknown>();
    expectTypeOf(await untyped.exports['read']!('a,b')).toEqualTypeOf<unknown>();
    expectTypeOf(untyped.call).parameter(0).toEqualTypeOf<string>();
    expectTypeOf(manager.load<CsvPlugin>).returns.resolves.toEqualTypeOf<PluginHandle<CsvPlugin>>();
    await expect(untyped.call('write')).rejects.toThrow(/no function "write".*read/);
    await expect(untyped.call('read', () => undefined)).rejects.toThrow(/functions cannot cross/);
  });
});
