import type { Picture, PictureEdge, PictureNode } from './picture.ts';
import { visibleText } from './visible-text.ts';

/** Mermaid reads Markdown and HTML in labels: everything that is not plainly text becomes a numeric entity. */
function escapeLabel(text: string): string {
  return visibleText(text).replace(
    /[^\p{L}\p{N} .,/@_^~*=+-]/gu,
    (character) => `#${String(character.codePointAt(0))};`,
  );
}

const ARROWS = { required: '-->', optional: '-.->', dev: '~~~' } as const;

function nodeLine({ name, id, version, isCyclic }: PictureNode): string {
  const label = version === undefined ? `${id} (absent)` : `${id} ${version}`;
  const style = version === undefined ? ':::absent' : isCyclic ? ':::cyclic' : '';
  return `  ${name}["${escapeLabel(label)}"]${style}`;
}

function edgeLine({ from, to, type, range }: PictureEdge): string {
  const label = range === undefined || type === 'dev' ? '' : `|"${escapeLabel(range)}"|`;
  return `  ${from.name} ${ARROWS[type]}${label} ${to.name}`;
}

/** Mermaid flowchart: an arrow leads from a plugin to what it depends on. Development dependencies only place the nodes. */
export function renderMermaid({ nodes, edges }: Picture): string {
  const cyclic = edges.flatMap(({ isCyclic }, index) => (isCyclic ? [String(index)] : []));
  return [
    'flowchart LR',
    ...nodes.map(nodeLine),
    ...edges.map(edgeLine),
    '  classDef absent stroke-dasharray:4',
    '  classDef cyclic stroke:#c00,stroke-width:2px',
    ...(cyclic.length === 0 ? [] : [`  linkStyle ${cyclic.join(',')} stroke:#c00`]),
    '',
  ].join('\n');
}
