/**
 * The graph as one SVG file: laid out by dagre, without script, without anything loaded from elsewhere.
 *
 * dagre is given invented names and never an id, and every text is escaped.
 *
 * @module
 */
import * as dagre from '@dagrejs/dagre';
import { Graph } from '@dagrejs/graphlib';
import type { LifecycleState } from '@truthound/protocols';
import { refuse } from '../graph/declaration.ts';
import type { Picture, PictureEdge, PictureNode } from './picture.ts';
import { STATE_COLORS, STYLE } from './svg-style.ts';
import { shortText, visibleText } from './visible-text.ts';
import { entryOf } from '../graph/element-at.ts';

/** How a graph is drawn. */
export interface SvgOptions {
  /** State of each plugin, for its colour. */
  readonly states?: ReadonlyMap<string, LifecycleState>;
  /** Larger graphs are refused: nobody can read them, and laying them out takes minutes. @defaultValue 500 */
  readonly maxNodes?: number;
}

type Plan = Graph<object, Box, { readonly points: readonly Point[] }>;

/** dagre's own declarations do not resolve under NodeNext: they leave out file extensions. */
const layout = Reflect.get(dagre, 'layout') as (plan: Plan) => void;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const MAX_LABEL = 32;
const CHARACTER_WIDTH = 7.2;
const NODE_HEIGHT = 40;
const MARGIN = 20;
const LEGEND_HEIGHT = 26;

const XML_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

function escapeXml(text: string): string {
  return visibleText(text).replace(/["&'<>]/g, (character) => entryOf(XML_ESCAPES, character));
}

function label({ id }: PictureNode): string {
  return shortText(visibleText(id), MAX_LABEL);
}

function secondLine({ version }: PictureNode, state: LifecycleState | undefined): string {
  const parts = [version === undefined ? 'not installed' : shortText(visibleText(version), 20)];
  if (state !== undefined) parts.push(state);
  return parts.join(' · ');
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function nodeSvg(node: PictureNode, box: Box, state: LifecycleState | undefined): string {
  const classes = [
    'node',
    ...(node.version === undefined ? ['absent'] : []),
    ...(node.isCyclic ? ['cyclic'] : []),
  ];
  const fill = state === undefined ? '' : ` style="fill:${STATE_COLORS[state]}"`;
  const x = box.x - box.width / 2;
  const y = box.y - box.height / 2;
  const hint = [node.id, node.version ?? 'not installed', ...(node.isCyclic ? ['in a circle'] : [])].join(
    ' · ',
  );
  return [
    `<g class="${classes.join(' ')}"><title>${escapeXml(hint)}</title>`,
    `<rect x="${round(x)}" y="${round(y)}" width="${round(box.width)}" height="${round(box.height)}" rx="5"${fill}/>`,
    `<text x="${round(box.x)}" y="${round(box.y - 3)}">${escapeXml(label(node))}</text>`,
    `<text class="detail" x="${round(box.x)}" y="${round(box.y + 13)}">${escapeXml(secondLine(node, state))}</text></g>`,
  ].join('');
}

function edgeSvg({ from, to, type, range, isCyclic }: PictureEdge, points: readonly Point[]): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${round(x)},${round(y)}`).join(' ');
  const hint = `${from.id} → ${to.id} (${type}${range === undefined ? '' : `, ${range}`}${isCyclic ? ', in a circle' : ''})`;
  const marker = isCyclic ? 'arrow-cyclic' : 'arrow';
  return `<path class="edge ${type}${isCyclic ? ' cyclic' : ''}" d="${path}" marker-end="url(#${marker})"><title>${escapeXml(hint)}</title></path>`;
}

function legend(states: readonly LifecycleState[], y: number): string {
  const entries = [...states].sort().map((state, index) => {
    const x = MARGIN + index * 110;
    return `<rect x="${round(x)}" y="${round(y)}" width="14" height="14" style="fill:${STATE_COLORS[state]}"/><text class="legend" x="${round(x + 20)}" y="${round(y + 11)}">${state}</text>`;
  });
  return entries.join('');
}

/** Draws a graph, dependencies to the right. */
export function renderSvg({ nodes, edges }: Picture, options: SvgOptions = {}): string {
  const { states, maxNodes = 500 } = options;
  if (nodes.length > maxNodes) {
    refuse(
      'drawing',
      'graph',
      `has ${String(nodes.length)} plugins and maxNodes is ${String(maxNodes)}: draw a part of it, raise maxNodes, or use toDot`,
    );
  }
  const plan: Plan = new Graph();
  plan.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 70, edgesep: 8, marginx: MARGIN, marginy: MARGIN });
  plan.setDefaultEdgeLabel(() => ({ points: [] }));
  for (const node of nodes) {
    const characters = Math.max(label(node).length, secondLine(node, states?.get(node.id)).length * 0.85);
    plan.setNode(node.name, {
      x: 0,
      y: 0,
      width: Math.max(90, characters * CHARACTER_WIDTH + 20),
      height: NODE_HEIGHT,
    });
  }
  for (const { from, to } of edges) plan.setEdge(from.name, to.name);
  layout(plan);

  const boxes = nodes.map((node) => plan.node(node.name));
  const used = [...new Set(nodes.flatMap(({ id }) => states?.get(id) ?? []))];
  const legendWidth = used.length === 0 ? 0 : 2 * MARGIN + used.length * 110;
  const width = Math.max(legendWidth, ...boxes.map((box) => box.x + box.width / 2 + MARGIN), MARGIN);
  const drawn = Math.max(MARGIN, ...boxes.map((box) => box.y + box.height / 2 + MARGIN));
  const height = drawn + (used.length === 0 ? 0 : LEGEND_HEIGHT);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" role="img" aria-label="Plugin dependencies">`,
    STYLE,
    ...edges.map((edge) => edgeSvg(edge, plan.edge(edge.from.name, edge.to.name).points)),
    ...nodes.map((node) => nodeSvg(node, plan.node(node.name), states?.get(node.id))),
    legend(used, drawn),
    '</svg>',
    '',
  ].join('\n');
}
