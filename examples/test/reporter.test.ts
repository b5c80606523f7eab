import { PluginManifest } from '@truthound/protocols';
import { describe, expect, test } from 'vitest';
import packageJson from '../plugins/reporter/package.json' with { type: 'json' };
import nextPackageJson from '../plugin-updates/reporter-2.0.0/package.json' with { type: 'json' };
import brokenPackageJson from '../plugin-updates/reporter-3.0.0/package.json' with { type: 'json' };
import { type FakeContext, createContext } from './plugin-context.ts';
import { type CsvReader, type Profiler, type Reporter, importPlugin } from './plugin-modules.ts';
import { readSeattleWeather } from './seattle-weather.ts';

async function startReporter(
  folder: string,
  version: string,
): Promise<{ reporter: Reporter; context: FakeContext }> {
  const reader = await importPlugin<CsvReader>('plugins/csv-reader');
  const profiler = await importPlugin<Profiler>('plugins/profiler');
  const reporter = await importPlugin<Reporter>(folder);
  await profiler.activate?.(createContext({ 'csv-reader': reader }), {});
  const context = createContext({ profiler }, { version });
  await reporter.activate?.(context, {});
  return { reporter, context };
}

test('its manifests are valid, under one id', () => {
  const manifests = [packageJson, nextPackageJson, brokenPackageJson].map((json) =>
    PluginManifest.parse(json),
  );
  expect(manifests.map(({ id, version }) => `${id} ${version}`)).toEqual([
    'reporter 1.0.0',
    'reporter 2.0.0',
    'reporter 3.0.0',
  ]);
});

test('an update asks for nothing more than version 1 did', () => {
  const { permissions, dependencies } = PluginManifest.parse(packageJson);
  for (const update of [nextPackageJson, brokenPackageJson]) {
    expect(PluginManifest.parse(update)).toMatchObject({ permissions, dependencies });
  }
});

describe('reporter 1.0.0', () => {
  test('reports on four years of weather', async () => {
    const { reporter, context } = await startReporter('plugins/reporter', '1.0.0');
    const report = await reporter.report('Weather in Seattle', readSeattleWeather());
    expect(report).toMatch(/^# Weather in Seattle\n\n1461 rows, 6 columns, 0 duplicate rows\.\n/);
    expect(report).toContain(
      '| date          | date   |       0 |     1461 | 2012-01-01 to 2015-12-31, 0 gaps',
    );
    expect(report).toMatch(/\| temp_max +\| +-1\.6 \| +10\.6 \| +15\.6 \| +16\.44 \| +22\.2 \| +35\.6 \|/);
    expect(report).toMatch(/Written by reporter 1\.0\.0\.\n$/);
    expect(context.logged).toEqual(['reported on 1461 rows']);
  });

  test('what stands in the data cannot write the report', async () => {
    const { reporter } = await startReporter('plugins/reporter', '1.0.0');
    const report = await reporter.report('a\n# b', 'name\n"<img src=x> | [click](u)"\n');
    expect(report).toContain('# a # b\n');
    expect(report).toContain(String.raw`\<img src=x\> \| \[click\](u) 1`);
  });

  test('says when nothing stands out, and leaves out a table that would be empty', async () => {
    const { reporter } = await startReporter('plugins/reporter', '1.0.0');
    const report = await reporter.report('words', 'w\na\nb\n');
    expect(report).toContain('Nothing stands out.');
    expect(report).not.toContain('## Numbers');
  });

  test('is healthy from activate to deactivate, and says what it misses', async () => {
    const { reporter } = await startReporter('plugins/reporter', '1.0.0');
    expect(reporter.health()).toEqual({ isHealthy: true });
    await reporter.deactivate?.();
    expect(reporter.health()).toEqual({
      isHealthy: false,
      reason: 'it was not given profiler: is it loaded?',
    });
    await expect(reporter.report('t', 'a\n')).rejects.toThrow('report() needs the plugin profiler');
  });
});

describe('the updates', () => {
  test('2.0.0 is healthy and judges the data in its second line', async () => {
    const { reporter } = await startReporter('plugin-updates/reporter-2.0.0', '2.0.0');
    expect(reporter.health()).toEqual({ isHealthy: true });
    const report = await reporter.report('Weather', readSeattleWeather());
    expect(report).toContain('**Verdict: fit for use.** 1461 rows');
    expect(report).toContain('Written by reporter 2.0.0.');
  });

  test.each([
    { verdict: 'fit for use with care', text: 'a,b\n1,2\n,3\n' },
    { verdict: 'not fit for use', text: 'a,b\n1,2\n2,2\nx,3\n' },
  ])('2.0.0 calls data "$verdict" when it is', async ({ verdict, text }) => {
    const { reporter } = await startReporter('plugin-updates/reporter-2.0.0', '2.0.0');
    expect(await reporter.report('t', text)).toContain(`**Verdict: ${verdict}.**`);
  });

  test('3.0.0 is broken and its health says so', async () => {
    const { reporter } = await startReporter('plugin-updates/reporter-3.0.0', '3.0.0');
    expect(reporter.health()).toEqual({ isHealthy: false, reason: 'the report of an empty table is wrong' });
  });
});
