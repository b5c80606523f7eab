import { PluginManifest } from '@truthound/protocols';
import { describe, expect, test } from 'vitest';
import packageJson from '../plugins/csv-reader/package.json' with { type: 'json' };
import { createContext } from './plugin-context.ts';
import { type CsvReader, importPlugin } from './plugin-modules.ts';
import { readSeattleWeather } from './seattle-weather.ts';

const FOLDER = 'plugins/csv-reader';

test('its manifest is valid', () => {
  expect(PluginManifest.parse(packageJson)).toMatchObject({ id: 'csv-reader', version: '1.0.0', entry: '.' });
});

describe('read', () => {
  const CELLS: readonly { readonly text: string; readonly cell: unknown }[] = [
    { text: '12.8', cell: 12.8 },
    { text: '-3', cell: -3 },
    { text: '1e3', cell: 1000 },
    { text: '', cell: null },
    { text: 'NA', cell: null },
    { text: 'true', cell: true },
    { text: 'false', cell: false },
    { text: '007', cell: '007' },
    { text: '12345678901234567890', cell: '12345678901234567890' },
    { text: '1e999', cell: '1e999' },
    { text: '2024-02-29', cell: new Date('2024-02-29T00:00:00Z') },
    { text: '2024-02-29 13:45', cell: new Date('2024-02-29T13:45:00Z') },
    { text: '2024-02-29T13:45:10.5Z', cell: new Date('2024-02-29T13:45:10.500Z') },
    { text: '2023-02-30', cell: '2023-02-30' },
    { text: '2023-13-01', cell: '2023-13-01' },
    { text: '"a, b"', cell: 'a, b' },
    { text: 'sun', cell: 'sun' },
  ];

  test.each(CELLS)('reads "$text" as $cell', async ({ text, cell }) => {
    const reader = await importPlugin<CsvReader>(FOLDER);
    expect(reader.read(`column,other\n${text},x\n`).rows).toEqual([[cell, 'x']]);
  });

  test('reads four years of weather', async () => {
    const reader = await importPlugin<CsvReader>(FOLDER);
    const { columns, rows } = reader.read(readSeattleWeather());
    expect(columns).toEqual(['date', 'precipitation', 'temp_max', 'temp_min', 'wind', 'weather']);
    expect(rows).toHaveLength(1461);
    expect(rows[0]).toEqual([new Date('2012-01-01T00:00:00Z'), 0, 12.8, 5, 4.7, 'drizzle']);
  });

  test('takes another delimiter and other signs for a missing value', async () => {
    const reader = await importPlugin<CsvReader>(FOLDER);
    const { rows } = reader.read('a;b\n-;NA\n', { delimiter: ';', missing: ['-'] });
    expect(rows).toEqual([[null, 'NA']]);
  });

  test('skips a byte order mark', async () => {
    const reader = await importPlugin<CsvReader>(FOLDER);
    expect(reader.read('\u{FEFF}a\n1\n').columns).toEqual(['a']);
  });

  test.each([
    { problem: 'no header', text: '', message: 'the CSV text is empty: it needs a header line' },
    {
      problem: 'a name twice',
      text: 'a,a\n1,2\n',
      message: 'the CSV text, line 1: the column "a" is there twice',
    },
    { problem: 'a short row', text: 'a,b\n1,2\n3\n', message: /line 3: .*expect 2, got 1/i },
    { problem: 'an open quote', text: 'a\n"1\n', message: /quote/i },
  ])('refuses text with $problem', async ({ text, message }) => {
    const reader = await importPlugin<CsvReader>(FOLDER);
    expect(() => reader.read(text)).toThrow(message);
    expect(() => reader.read(text)).toThrow(expect.objectContaining({ name: 'CsvFormatError' }));
  });

  test('refuses what is no text, and options it does not know', async () => {
    const reader = await importPlugin<CsvReader>(FOLDER);
    expect(() => reader.read(12 as never)).toThrow(new TypeError('read() takes CSV text, not number'));
    expect(() => reader.read('a\n', { seperator: ';' })).toThrow(/no option "seperator".*delimiter, missing/);
  });
});

describe('state', () => {
  test('goes from one instance to the next', async () => {
    const old = await importPlugin<CsvReader>(FOLDER);
    old.read('a\n1\n2\n');
    const next = await importPlugin<CsvReader>(FOLDER);
    const context = createContext({}, { version: '1.1.0' });
    await next.activate?.(context, { previousState: old.dispose() });
    next.read('a\n3\n');
    expect(next.statistics()).toEqual({ calls: 2, rows: 3 });
    expect(context.logged).toEqual(['csv-reader 1.1.0 continues at call 1']);
  });

  test.each([undefined, null, 'text', {}, { calls: 1 }, { calls: -0.5, rows: 1 }])(
    'starts at nothing when the state is %j',
    async (previousState) => {
      const reader = await importPlugin<CsvReader>(FOLDER);
      await reader.activate?.(createContext(), { previousState });
      expect(reader.statistics()).toEqual({ calls: 0, rows: 0 });
    },
  );

  test('a failed read is not counted, nor is a look at its health', async () => {
    const reader = await importPlugin<CsvReader>(FOLDER);
    expect(() => reader.read('')).toThrow();
    expect(reader.health()).toEqual({ isHealthy: true });
    expect(reader.statistics()).toEqual({ calls: 0, rows: 0 });
  });
});
