import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Four years of daily weather, 1461 rows, as vega-datasets publishes it. */
export function readSeattleWeather(): string {
  const build = dirname(require.resolve('vega-datasets'));
  return readFileSync(join(build, '../data/seattle-weather.csv'), 'utf8');
}
