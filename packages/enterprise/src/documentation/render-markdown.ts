import { type DocTable, listDocTables } from './doc-tables.ts';
import type { PluginDocumentation } from './plugin-documentation.ts';
import type { ExportedName } from './scan-exports.ts';

/** Text that means itself: every character that Markdown or HTML gives a meaning is escaped. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]()#+!|~-]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** One line of it, for headings and cells. */
const inLine = (text: string): string => escapeMarkdown(text.replaceAll(/\s+/g, ' ').trim());

/**
 * Markdown of a plugin's author, which stays Markdown: raw HTML becomes text, and links to scripts lead nowhere.
 * Character references are undone first by escaping their "&", so that nothing can be spelled with them.
 */
export function tameMarkdown(markdown: string): string {
  return markdown
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/(javascript|vbscript|data)([\\\s]*:)/gi, 'unsafe-$1$2');
}

/** A block of code, in a fence that is longer than any in it. */
function codeBlock(code: string, language: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}

function renderTable({ title, columns, rows }: DocTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(inLine).join(' | ')} |`;
  const rule = `| ${columns.map(() => '---').join(' | ')} |`;
  return [`## ${title}`, '', line(columns), rule, ...rows.map(line)].join('\n');
}

function renderExport(exported: ExportedName): string {
  const { name, signature, description, parameters, returns, throws, examples, deprecated } = exported;
  const parts = [
    `### ${inLine(name)}`,
    codeBlock(signature, 'ts'),
    ...(deprecated === undefined ? [] : [`**Deprecated.** ${inLine(deprecated)}`]),
    ...(description === '' ? [] : [escapeMarkdown(description)]),
    ...(parameters.length === 0
      ? []
      : [parameters.map((each) => `- **${inLine(each.name)}**: ${inLine(each.description)}`).join('\n')]),
    ...(returns === undefined ? [] : [`Returns ${inLine(returns)}`]),
    ...throws.map((each) => `Throws ${inLine(each)}`),
    ...examples.map((example) => codeBlock(example.replaceAll(/^```\w*$\n?/gm, '').trim(), 'ts')),
  ];
  return parts.join('\n\n');
}

/** One Markdown document. */
export function renderMarkdown(doc: PluginDocumentation): string {
  const sections = [
    `# ${inLine(doc.name)} ${inLine(doc.version)}`,
    ...(doc.description === '' ? [] : [escapeMarkdown(doc.description)]),
    ...listDocTables(doc).map(renderTable),
    ...(doc.exports.length === 0 ? [] : ['## Exports', ...doc.exports.map(renderExport)]),
    ...(doc.readme === undefined ? [] : ['## Readme', tameMarkdown(doc.readme.trim())]),
    ...(doc.changelog.length === 0 ? [] : ['## Changelog']),
    ...doc.changelog.map(({ version, date, notes }) => {
      const title = date === undefined ? version : `${version} (${date})`;
      return `### ${inLine(title)}\n\n${tameMarkdown(notes)}`;
    }),
  ];
  return `${sections.join('\n\n')}\n`;
}
