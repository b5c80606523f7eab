import { ValidationError } from '@truthound/protocols';
import type { PluginDocumentation } from './plugin-documentation.ts';
import { renderHtml } from './render-html.ts';
import { renderMarkdown } from './render-markdown.ts';

/** How documentation is written. */
export type DocsFormat = 'markdown' | 'html' | 'json';

const RENDERERS: Readonly<Record<DocsFormat, (doc: PluginDocumentation) => string>> = Object.freeze({
  markdown: renderMarkdown,
  html: renderHtml,
  json: (doc) => `${JSON.stringify(doc, null, 2)}\n`,
});

/** Writes a plugin's documentation out. @throws ValidationError for a format that does not exist */
export function renderPluginDocs(doc: PluginDocumentation, format: DocsFormat = 'markdown'): string {
  if (!Object.hasOwn(RENDERERS, format)) {
    const problem = `"${format}" is not a format: the formats are ${Object.keys(RENDERERS).join(', ')}`;
    throw new ValidationError({ subject: 'documentation format', faults: [{ path: '', problem }] });
  }
  return RENDERERS[format](doc);
}
