import type { Picture, PictureEdge, PictureNode } from './picture.ts';
import { visibleText } from './visible-text.ts';

/** In a quoted string of DOT a backslash starts an escape, and a quote ends the string. */
function quote(text: string): string {
  return `"${visibleText(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

const EDGE_STYLES = { required: 'solid', optional: 'dashed', dev: 'dotted' } as const;

function nodeLine({ name, id, version, isCyclic }: PictureNode): string {
  const attributes = [`label=${quote(version === undefined ? `${id} (absent)` : `${id} ${version}`)}`];
  if (version === undefined) attributes.push('style=dashed');
  if (isCyclic) attributes.push('color=red');
  return `  ${name} [${attributes.join(', ')}];`;
}

function edgeLine({ from, to, type, range, isCyclic }: PictureEdge): string {
  const attributes = [`style=${EDGE_STYLES[type]}`];
  if (range !== undefined) attributes.push(`label=${quote(range)}`);
  if (isCyclic) attributes.push('color=red');
  return `  ${from.name} -> ${to.name} [${attributes.join(', ')}];`;
}

/** Graphviz: an arrow leads from a plugin to what it depends on. */
export function renderDot({ nodes, edges }: Picture): string {
  return [
    'digraph plugins {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...nodes.map(nodeLine),
    ...edges.map(edgeLine),
    '}',
    '',
  ].join('\n');
}
