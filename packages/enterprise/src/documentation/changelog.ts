import { SEMANTIC_VERSION } from '@truthound/protocols';

/** What changed with one version. */
export interface ChangelogEntry {
  readonly version: string;
  /** As the author wrote it. */
  readonly date: string | undefined;
  /** Markdown. */
  readonly notes: string;
}

const VERSION = /^\[?v?(\d[\w.+-]*)/;
const DATE = /\b\d{4}-\d{2}-\d{2}\b/;

/** Reads `## 1.2.0`, `## [1.2.0] - 2026-01-31` and `## v1.2.0 (2026-01-31)`. */
function parseHeading(line: string): Pick<ChangelogEntry, 'version' | 'date'> | undefined {
  if (!line.startsWith('## ')) return undefined;
  const title = line.slice(3).trim();
  const version = VERSION.exec(title)?.[1];
  if (version === undefined || !SEMANTIC_VERSION.test(version)) return undefined;
  return { version, date: DATE.exec(title)?.[0] };
}

/** The versions of a changelog, in its own order; in the way of Keep a Changelog and of Changesets. */
export function parseChangelog(markdown: string): readonly ChangelogEntry[] {
  const entries: { version: string; date: string | undefined; lines: string[] }[] = [];
  for (const line of markdown.split(/\r?\n/)) {
    const heading = parseHeading(line);
    if (heading !== undefined) entries.push({ ...heading, lines: [] });
    // Another chapter, such as "Unreleased", belongs to no version.
    else if (/^##?\s/.test(line)) entries.push({ version: '', date: undefined, lines: [] });
    else entries.at(-1)?.lines.push(line);
  }
  return entries
    .filter(({ version }) => version !== '')
    .map(({ version, date, lines }) => ({ version, date, notes: lines.join('\n').trim() }));
}
