/** The plugin's entry: what the host and other plugins call. */
import { renderReport } from './render-report.js';

/** @type {import('@truthound/protocols').PluginContext | undefined} */
let context;

/** @param {import('@truthound/protocols').PluginContext} given */
export function activate(given) {
  context = given;
}

export function deactivate() {
  context = undefined;
}

/** @returns {import('@truthound/protocols').PluginHealth} */
export function health() {
  if (context?.plugins['profiler'] === undefined) {
    return { isHealthy: false, reason: 'it was not given profiler: is it loaded?' };
  }
  const sample = { rowCount: 0, duplicateRows: 0, columns: [], findings: [] };
  const isHealthy = renderReport('self-test', sample, context.version).includes('0 rows, 0 columns');
  return isHealthy ? { isHealthy } : { isHealthy, reason: 'the report of an empty table is wrong' };
}

/**
 * A data-quality report of CSV text, as Markdown.
 *
 * @param {string} title its heading
 * @param {string} text CSV with a header line
 * @returns {Promise<string>}
 */
export async function report(title, text) {
  const profiler = context?.plugins['profiler'];
  if (context === undefined || profiler === undefined) {
    throw new Error('report() needs the plugin profiler: activate with it loaded');
  }
  /** @type {import('./render-report.js').Profile} */
  const profile = await profiler.call('profile', text);
  await context.host['log']?.(`reported on ${profile.rowCount} rows`);
  return renderReport(title, profile, context.version);
}
