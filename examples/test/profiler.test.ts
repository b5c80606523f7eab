import { PluginManifest } from '@truthound/protocols';
import { describe, expect, test } from 'vitest';
import packageJson from '../plugins/profiler/package.json' with { type: 'json' };
import { createContext } from './plugin-context.ts';
import { type ColumnProfile, type CsvReader, type Profiler, importPlugin } from './plugin-modules.ts';
import { readSeattleWeather } from './seattle-weather.ts';

async function startProfiler(): Promise<Profiler> {
  const profiler = await importPlugin<Profiler>('plugins/profiler');
  const reader = await importPlugin<CsvReader>('plugins/csv-reader');
  await profiler.activate?.(createContext({ 'csv-reader': reader }), {});
  return profiler;
}

async function profileColumn(name: string, cells: readonly string[]): Promise<ColumnProfile> {
  const profiler = await startProfiler();
  const { columns } = await profiler.profile(
    [`${name},id`, ...cells.map((cell, id) => `${cell},${String(id)}`)].join('\n'),
  );
  return columns[0]!;
}

test('its manifest is valid, and needs the reader', () => {
  const { id, dependencies } = PluginManifest.parse(packageJson);
  expect({ id, dependencies }).toEqual({
    id: 'profiler',
    dependencies: { 'csv-reader': { range: '^1.0.0', type: 'required' } },
  });
});

test('without the reader it is unhealthy, and says so when it is called', async () => {
  const profiler = await importPlugin<Profiler>('plugins/profiler');
  expect(profiler.health()).toEqual({
    isHealthy: false,
    reason: 'it was not given csv-reader: is it loaded?',
  });
  await expect(profiler.profile('a\n')).rejects.toThrow('profile() needs the plugin csv-reader');
});

test('is healthy from activate to deactivate', async () => {
  const profiler = await startProfiler();
  expect(profiler.health()).toEqual({ isHealthy: true });
  await profiler.deactivate?.();
  expect(profiler.health().isHealthy).toBe(false);
});

describe('a column', () => {
  test('of numbers has its quantiles, and outliers by the fences of Tukey', async () => {
    const { type, numbers } = await profileColumn('n', ['1', '2', '3', '4', '5', '6', '7', '8', '100']);
    expect(type).toBe('number');
    expect(numbers).toMatchObject({
      min: 1,
      max: 100,
      median: 5,
      lowerQuartile: 3,
      upperQuartile: 7,
      outliers: [100],
    });
    expect(numbers?.mean).toBeCloseTo(136 / 9, 12);
  });

  test('of dates has its gaps, measured by its own usual step', async () => {
    const { type, dates } = await profileColumn('day', [
      '2024-01-01',
      '2024-01-02',
      '2024-01-05',
      '2024-01-06',
    ]);
    expect(type).toBe('date');
    expect(dates).toMatchObject({ isSorted: true, repeated: 0, usualStepSec: 86_400 });
    expect(dates?.gaps).toEqual([
      { after: new Date('2024-01-02'), before: new Date('2024-01-05'), missing: 2 },
    ]);
  });

  test('of dates that stand in the wrong order and twice is told apart', async () => {
    const { dates } = await profileColumn('day', ['2024-01-02', '2024-01-01', '2024-01-01']);
    expect(dates).toMatchObject({ isSorted: false, repeated: 1, gaps: [] });
  });

  test('of one date has no step and no gaps', async () => {
    const { dates } = await profileColumn('day', ['2024-01-02']);
    expect(dates).toMatchObject({ usualStepSec: undefined, gaps: [] });
  });

  test('of words has the most frequent ones first', async () => {
    const { type, distinct, frequent } = await profileColumn('w', ['sun', 'rain', 'sun', 'fog']);
    expect({ type, distinct }).toEqual({ type: 'text', distinct: 3 });
    expect(frequent).toEqual([
      { value: 'sun', count: 2 },
      { value: 'fog', count: 1 },
      { value: 'rain', count: 1 },
    ]);
  });

  test('without any value is empty', async () => {
    expect(await profileColumn('x', ['', 'NA'])).toMatchObject({ type: 'empty', missing: 2, distinct: 0 });
  });

  test('with a stray word stays a column of numbers, and names the word and its row', async () => {
    const { type, mismatches } = await profileColumn('n', ['1', '2', 'three']);
    expect(type).toBe('number');
    expect(mismatches).toEqual([{ row: 3, value: 'three' }]);
  });
});

test('findings come worst first', async () => {
  const profiler = await startProfiler();
  const { findings, duplicateRows } = await profiler.profile(
    [
      'constant,n,day',
      'x,1,2024-01-01',
      'x,oops,2024-01-01',
      'x,,2024-01-04',
      'x,1,2024-01-01',
      'x,1,2024-01-05',
    ].join('\n'),
  );
  expect(duplicateRows).toBe(1);
  expect(findings.map(({ severity, column, problem }) => `${severity} ${column}: ${problem}`)).toEqual([
    'error n: 1 of its values are no number, first "oops" in row 2',
    'error day: 2 dates are there more than once',
    'warning n: 1 of 5 cells have no value',
    'warning day: 1 gaps, the first after 2024-01-01',
    'warning day: its dates are not in order',
    'note constant: always has the same value',
  ]);
});

test('describes four years of weather', async () => {
  const profiler = await startProfiler();
  const { rowCount, duplicateRows, columns, findings } = await profiler.profile(readSeattleWeather());
  expect({ rowCount, duplicateRows }).toEqual({ rowCount: 1461, duplicateRows: 0 });
  expect(columns.map(({ name, type, missing }) => `${name} ${type} ${String(missing)}`)).toEqual([
    'date date 0',
    'precipitation number 0',
    'temp_max number 0',
    'temp_min number 0',
    'wind number 0',
    'weather text 0',
  ]);
  expect(columns[0]?.dates).toMatchObject({ isSorted: true, repeated: 0, usualStepSec: 86_400, gaps: [] });
  expect(columns[5]?.frequent?.[0]).toEqual({ value: 'rain', count: 641 });
  expect(findings.every(({ severity }) => severity === 'note')).toBe(true);
});
