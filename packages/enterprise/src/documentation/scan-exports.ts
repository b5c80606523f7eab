import { type CommentFacts, parseDocComment } from './doc-comment.ts';
import { type DocComment, type MaskedSource, maskSource } from './source-mask.ts';

/** Something that a module exports. */
export interface ExportedName extends CommentFacts {
  readonly name: string;
  readonly kind: 'function' | 'value' | 'class';
  /** As it is written, on one line and without its body. */
  readonly signature: string;
}

/** What a module exports from another one. */
export interface ReExport {
  readonly from: string;
  /** Local name by exported name; `undefined` for all. */
  readonly names: ReadonlyMap<string, string> | undefined;
}

/** What stands in one module. */
export interface ModuleScan {
  readonly exports: readonly ExportedName[];
  readonly reExports: readonly ReExport[];
}

const DECLARATION =
  /(?<![\w$.])(export\s+)?(default\s+)?(?:declare\s+)?(?:abstract\s+)?(async\s+function|function|const|let|var|class)(?:\*\s*|\s+(?:\*\s*)?)([\w$]+)/g;
const LIST = /(?<![\w$.])export\s*(type\s*)?(?:\{([^{}]*)\}|\*(?:\s*as\s+[\w$]+)?)(?:\s*from\s*(["'`]))?/g;
const MAX_SIGNATURE = 400;
/** Most blank characters between a doc comment and what it describes. */
const MAX_GAP = 1000;

/** Finds what a module exports, with its doc comments. Reads the text; runs nothing. */
export function scanExports(source: string): ModuleScan {
  const masked = maskSource(source);
  const depths = measureDepths(masked.mask);
  const declared = new Map<string, ExportedName>();
  const direct: ExportedName[] = [];
  for (const match of masked.mask.matchAll(DECLARATION)) {
    const [, exported, byDefault, keyword = '', name = ''] = match;
    // Overloads: the first one carries the comment.
    if (depths[match.index] !== 0 || declared.has(name)) continue;
    const found = describe(masked, match.index, {
      keyword,
      name: byDefault === undefined ? name : 'default',
    });
    declared.set(name, found);
    if (exported !== undefined) direct.push(found);
  }
  const listed: ExportedName[] = [];
  const reExports: ReExport[] = [];
  for (const match of masked.mask.matchAll(LIST)) {
    const [whole, isType, list, quote] = match;
    if (depths[match.index] !== 0 || isType !== undefined) continue;
    const names = list === undefined ? undefined : parseList(list);
    if (quote !== undefined) {
      reExports.push({ from: readQuoted(source, match.index + whole.length, quote), names });
      continue;
    }
    for (const [name, local] of names ?? []) {
      const declaration = declared.get(local);
      if (declaration !== undefined) listed.push({ ...declaration, name });
    }
  }
  return { exports: [...direct, ...listed], reExports };
}

/** How many brackets are open at each place. */
function measureDepths(mask: string): Int32Array {
  const depths = new Int32Array(mask.length + 1);
  let depth = 0;
  for (let index = 0; index < mask.length; index += 1) {
    const character = mask.charAt(index);
    if (character === ')' || character === ']' || character === '}') depth = Math.max(0, depth - 1);
    depths[index] = depth;
    if (character === '(' || character === '[' || character === '{') depth += 1;
  }
  depths[mask.length] = depth;
  return depths;
}

function describe(
  { source, mask, comments }: MaskedSource,
  start: number,
  { keyword, name }: { readonly keyword: string; readonly name: string },
): ExportedName {
  const last = lastBefore(comments, start);
  const isAdjacent = last !== undefined && start - last.end <= MAX_GAP;
  const comment = isAdjacent && mask.slice(last.end, start).trim() === '' ? last : undefined;
  const { end, isFunction } = findSignatureEnd(mask, start);
  const signature = source.slice(start, end).replaceAll(/\s+/g, ' ').trim().slice(0, MAX_SIGNATURE);
  const isCallable = isFunction || keyword.includes('function');
  const kind = keyword === 'class' ? 'class' : isCallable ? 'function' : 'value';
  return Object.freeze({ ...parseDocComment(comment?.text), name, kind, signature });
}

/** The last comment that ends before a place; by halves, for a text may hold many. */
function lastBefore(comments: readonly DocComment[], place: number): DocComment | undefined {
  let [low, high] = [0, comments.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((comments[middle]?.end ?? Infinity) <= place) low = middle + 1;
    else high = middle;
  }
  return comments[low - 1];
}

/** What a type literal comes after; elsewhere a brace begins a body. */
const BEFORE_TYPE = [':', '|', '&', '<', ',', '>'];
const NEXT_STATEMENT = /^\s*(?:export|declare|import|const|let|var|function|class|$)/;

/** A declaration ends at its body, at a semicolon, at the next statement, or where a value's own inside begins. */
function findSignatureEnd(
  mask: string,
  start: number,
): { readonly end: number; readonly isFunction: boolean } {
  const last = Math.min(mask.length, start + 4 * MAX_SIGNATURE);
  let [depth, before, isValue, isFunction] = [0, '', false, false];
  for (let index = start; index < last; index += 1) {
    const character = mask.charAt(index);
    const isArrow = character === '=' && mask.charAt(index + 1) === '>';
    if (depth === 0) {
      if (character === ';') return { end: index, isFunction };
      if (isArrow && isValue) return { end: index + 2, isFunction: true };
      if (character === '{' && (isValue || !BEFORE_TYPE.includes(before))) return { end: index, isFunction };
      if (character === '\n' && NEXT_STATEMENT.test(mask.slice(index + 1, index + 80)))
        return { end: index, isFunction };
      if (isArrow) isFunction = true;
      else if (character === '=' && before !== '=') {
        isValue = true;
        isFunction ||= /^\s?(?:async )?function\b/.test(mask.slice(index + 1, index + 20));
      }
    }
    if (character === '(' || character === '[' || character === '{') depth += 1;
    else if (character === ')' || character === ']' || character === '}') depth -= 1;
    if (depth < 0) return { end: index, isFunction };
    if (character.trim() !== '') before = character;
    if (isArrow) {
      index += 1;
      before = '>';
    }
  }
  return { end: last, isFunction };
}

function parseList(list: string): ReadonlyMap<string, string> {
  const pairs = list
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !/^type\s/.test(each))
    .map((each): readonly [string, string] => {
      // "local", or "local as exported".
      const [local = '', , exported = local] = each.split(/\s/).filter((word) => word !== '');
      return [exported, local];
    });
  return new Map(pairs);
}

function readQuoted(source: string, start: number, quote: string): string {
  const end = source.indexOf(quote, start);
  return end === -1 ? '' : source.slice(start, end);
}
