/**
 * The main job: three signed npm packages profile the weather of Seattle, each in a sandbox of its own.
 *
 * Then what an operator fears happens: a plugin is changed behind his back, is updated while it works,
 * and is updated to a version that does not work.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { EnterprisePluginManager, GUARANTEES, type PluginHandle } from '@truthound/enterprise';
import { choosePolicy } from './choose-policy.ts';
import { Timings } from './timings.ts';
import { Workshop } from './workshop.ts';

interface Reporter {
  report(title: string, csv: string): string;
}

const PLUGINS = ['csv-reader', 'profiler', 'reporter'] as const;
const DEFAULT_DATA = findData('seattle-weather.csv');

/** A file of `vega-datasets`, which exports its code and not its data. */
function findData(name: string): string {
  const packageJson = findPackageJSON('vega-datasets', import.meta.url);
  if (packageJson === undefined) throw new Error('vega-datasets is not installed: run npm ci');
  return join(dirname(packageJson), 'data', name);
}

function heading(text: string): void {
  console.log(`\n== ${text}`);
}

/** Calls `reporter` without a pause until stopped, and counts the answers by what stands in their last line. */
async function callUntilStopped(
  reporter: PluginHandle<Reporter>,
  csv: string,
  stop: AbortSignal,
): Promise<{ readonly answered: number; readonly failed: number }> {
  let answered = 0;
  let failed = 0;
  while (!stop.aborted) {
    try {
      await reporter.call('report', 'during the reload', csv);
      answered += 1;
    } catch (error) {
      console.log(`   a call failed: ${String(error)}`);
      failed += 1;
    }
  }
  return { answered, failed };
}

async function main(dataFile: string | URL): Promise<void> {
  const csv = await readFile(dataFile, 'utf8').catch((cause: unknown) => {
    throw new Error(`the data file ${String(dataFile)} cannot be read: give another with --data <file.csv>`, {
      cause,
    });
  });
  const timings = new Timings();
  await using workshop = await Workshop.create();

  heading('Install and sign');
  for (const id of PLUGINS) {
    await timings.measure('install and sign', () =>
      workshop.install(id, new URL(`../plugins/${id}/`, import.meta.url)),
    );
    console.log(`   ${id}: assembled with its npm dependencies, every file signed`);
  }

  const { policy, reason } = await choosePolicy();
  if (reason !== undefined) console.log(`\n   Enforcement is best-effort on this machine: ${reason}`);
  await using manager = new EnterprisePluginManager({
    pluginDirs: [workshop.pluginsDir],
    scanEntrypoints: false,
    trustStorePath: workshop.trustStorePath,
    cacheDir: workshop.cacheDir,
    defaultSecurityPolicy: policy,
    watchForChanges: false,
    host: {
      log: (text: string) => {
        console.log(`   [host] ${text}`);
      },
    },
  });

  heading('Discover, verify, resolve, load');
  const found = await timings.measure('discover', () => manager.discoverPlugins());
  console.log(`   found: ${found.map(({ id, version }) => `${id} ${version}`).join(', ')}`);
  const loaded: string[] = [];
  manager.lifecycle.on('after-activate', ({ id }) => {
    loaded.push(id);
  });
  const reporter = await timings.measure('verify and load all three', () =>
    manager.load<Reporter>('reporter'),
  );
  console.log(`   load order: ${loaded.join(' → ')}`);
  for (const id of PLUGINS) {
    const { verification, version } = manager.getPlugin(id);
    const signers = verification?.signers
      .map(({ signerId, trustLevel }) => `${signerId} (${trustLevel})`)
      .join(', ');
    console.log(
      `   ${id} ${version}: ${verification?.verdict ?? 'not verified'}, signed by ${signers ?? 'nobody'}, ${String(verification?.files.length ?? 0)} files`,
    );
  }
  const { enforcement } = reporter;
  for (const status of ['enforced', 'partial', 'unavailable'] as const) {
    const names = GUARANTEES.filter((name) => enforcement[name].status === status);
    if (names.length > 0) console.log(`   ${status}: ${names.join(', ')}`);
  }

  heading('Profile the data');
  console.log(
    await timings.measure('profile through three sandboxes', () =>
      reporter.call('report', 'Seattle weather', csv),
    ),
  );

  heading('A plugin changed by one byte');
  const undo = await workshop.tamper('profiler', 'src/index.js');
  const refused = await manager.reload('profiler');
  console.log(`   refused: ${refused.error?.message ?? 'it was NOT refused'}`);
  if (refused.success) throw new Error('a tampered plugin was loaded');
  await undo();

  heading('Reload to version 2 while calls go on');
  await workshop.update('reporter', new URL('../plugin-updates/reporter-2.0.0/', import.meta.url));
  const stop = new AbortController();
  const calls = callUntilStopped(reporter, csv, stop.signal);
  const updated = await timings.measure('reload', () => manager.reload('reporter'));
  stop.abort();
  const { answered, failed } = await calls;
  console.log(
    `   ${updated.previousVersion} → ${String(updated.newVersion)}: ${updated.success ? 'done' : String(updated.error)}; ${String(answered)} calls answered meanwhile, ${String(failed)} failed`,
  );
  if (!updated.success || failed > 0) throw new Error('the reload lost calls or did not happen');

  heading('A broken version 3');
  await workshop.update('reporter', new URL('../plugin-updates/reporter-3.0.0/', import.meta.url));
  const broken = await manager.reload('reporter');
  console.log(`   ${broken.success ? 'it was NOT refused' : `not taken: ${String(broken.error?.message)}`}`);
  const report = await reporter.call('report', 'after the broken update', csv);
  console.log(`   version ${reporter.version} serves: ${report.trim().split('\n').at(-1) ?? ''}`);
  if (broken.success || reporter.version !== '2.0.0') throw new Error('a broken version took over');

  heading('Timings');
  timings.print();
}

const { values } = parseArgs({ options: { data: { type: 'string' } } });
try {
  await main(values.data ?? DEFAULT_DATA);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
