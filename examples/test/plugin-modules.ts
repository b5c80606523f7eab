/** The example plugins as their callers see them. They are JavaScript, so their types are stated here. */
import type { PluginEntry, PluginHealth } from '@truthound/protocols';

export type Cell = string | number | boolean | Date | null;

export interface CsvReader extends PluginEntry {
  read(text: string, options?: object): { columns: string[]; rows: Cell[][] };
  statistics(): { calls: number; rows: number };
  dispose(): unknown;
  health(): PluginHealth;
}

export interface ColumnProfile {
  readonly name: string;
  readonly type: string;
  readonly missing: number;
  readonly distinct: number;
  readonly mismatches: readonly { row: number; value: string }[];
  readonly numbers?: Readonly<
    Record<
      'min' | 'max' | 'mean' | 'median' | 'lowerQuartile' | 'upperQuartile' | 'standardDeviation',
      number
    >
  > & { readonly outliers: readonly number[] };
  readonly dates?: {
    readonly first: Date;
    readonly last: Date;
    readonly isSorted: boolean;
    readonly repeated: number;
    readonly usualStepSec: number | undefined;
    readonly gaps: readonly { after: Date; before: Date; missing: number }[];
  };
  readonly frequent?: readonly { value: string; count: number }[];
}

export interface Profiler extends PluginEntry {
  profile(text: string): Promise<{
    readonly rowCount: number;
    readonly duplicateRows: number;
    readonly columns: readonly ColumnProfile[];
    readonly findings: readonly { column: string; severity: string; problem: string }[];
  }>;
  health(): PluginHealth;
}

export interface Reporter extends PluginEntry {
  report(title: string, text: string): Promise<string>;
  health(): PluginHealth;
}

/** A fresh instance each time: a plugin's state lives in its module. */
let instances = 0;

export async function importPlugin<Plugin>(folder: string): Promise<Plugin & Record<string, unknown>> {
  instances += 1;
  const url = new URL(`../${folder}/src/index.js?instance=${String(instances)}`, import.meta.url);
  return (await import(/* @vite-ignore */ url.href)) as Plugin & Record<string, unknown>;
}
