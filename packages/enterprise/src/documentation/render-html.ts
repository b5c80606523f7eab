import { type DocTable, listDocTables } from './doc-tables.ts';
import type { PluginDocumentation } from './plugin-documentation.ts';
import type { ExportedName } from './scan-exports.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that means itself, in elements and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

const STYLE = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { border: 1px solid #8886; padding: .3rem .6rem; text-align: left; }
pre { background: #8882; padding: .8rem; overflow-x: auto; white-space: pre-wrap; }
`;

const pre = (text: string): string => `<pre>${escapeHtml(text)}</pre>`;
const paragraph = (text: string): string => (text === '' ? '' : `<p>${escapeHtml(text)}</p>`);

function renderTable({ title, columns, rows }: DocTable): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const head = columns.some((column) => column !== '') ? row(columns, 'th') : '';
  return `<h2>${escapeHtml(title)}</h2>\n<table>${head}${rows.map((cells) => row(cells, 'td')).join('')}</table>`;
}

function renderExport(exported: ExportedName): string {
  const { name, signature, description, parameters, returns, throws, examples, deprecated } = exported;
  const items = parameters.map(
    (each) => `<li><strong>${escapeHtml(each.name)}</strong>: ${escapeHtml(each.description)}</li>`,
  );
  return [
    `<h3>${escapeHtml(name)}</h3>`,
    pre(signature),
    ...(deprecated === undefined ? [] : [paragraph(`Deprecated. ${deprecated}`)]),
    paragraph(description),
    ...(items.length === 0 ? [] : [`<ul>${items.join('')}</ul>`]),
    ...(returns === undefined ? [] : [paragraph(`Returns ${returns}`)]),
    ...throws.map((each) => paragraph(`Throws ${each}`)),
    ...examples.map(pre),
  ].join('\n');
}

/**
 * One HTML page that needs nothing else: no script, no image, no font from elsewhere, and a content security policy that
 * would stop any. What the author wrote is text in it, the README as well.
 */
export function renderHtml(doc: PluginDocumentation): string {
  const title = escapeHtml(`${doc.name} ${doc.version}`);
  const body = [
    `<h1>${title}</h1>`,
    paragraph(doc.description),
    ...listDocTables(doc).map(renderTable),
    ...(doc.exports.length === 0 ? [] : ['<h2>Exports</h2>', ...doc.exports.map(renderExport)]),
    ...(doc.readme === undefined ? [] : ['<h2>Readme</h2>', pre(doc.readme.trim())]),
    ...(doc.changelog.length === 0 ? [] : ['<h2>Changelog</h2>']),
    ...doc.changelog.map(
      ({ version, date, notes }) =>
        `<h3>${escapeHtml(date === undefined ? version : `${version} (${date})`)}</h3>\n${pre(notes)}`,
    ),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
${body.filter((part) => part !== '').join('\n')}
</body>
</html>
`;
}
