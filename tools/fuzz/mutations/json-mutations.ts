/**
 * Mutations that keep JSON well-formed, so that what comes behind `JSON.parse` is reached. Text of many lines is JSON
 * lines: one of them is mutated.
 *
 * @module
 */
import { parseJson } from '@truthound/protocols';
import { type Mutation, pick } from './mutation.ts';

const DEPTHS = [1, 2, 63, 65, 999, 1_001, 12_000];
const nested = (depth: number, inner = ''): string => '['.repeat(depth) + inner + ']'.repeat(depth);

/** Texts of values, some of which no object in memory has. */
const VALUES = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '0.5',
  '1e400',
  '1e21',
  '4294967296',
  '9007199254740993',
  '""',
  '"\\ud800"',
  '"\\u0000"',
  '"__proto__"',
  '"constructor"',
  '"../../etc/passwd"',
  '"toString"',
  '[]',
  '{}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toJSON":1,"valueOf":2,"length":-1}',
  '{"$":["ref",0]}',
  `"${'x'.repeat(5_000)}"`,
  `"${'9'.repeat(5_000)}"`,
  nested(40),
  nested(1_200),
  nested(12_000),
  '{"a":'.repeat(12_000) + '1' + '}'.repeat(12_000),
];

const KEYS = ['__proto__', 'constructor', 'prototype', 'toJSON', 'toString', 'then', '$', '', '\\ud800', 'x'];

type Parent = Record<string, unknown>;

/** A place in the value: what holds it, and under which key. */
interface Place {
  readonly parent: Parent;
  readonly key: string;
}

const MAX_PLACES = 2_000;
/** What is deeper is not mutated further: it may end the process that parses it, see `parseJson`. */
const MAX_DEPTH = 5_000;

/** All places, breadth first: those near the top come first. Without recursion: values may be deep. */
function listPlaces(root: unknown): readonly Place[] {
  const places: Place[] = [{ parent: { root }, key: 'root' }];
  for (let index = 0; index < places.length && places.length < MAX_PLACES; index += 1) {
    const { parent, key } = places[index] ?? { parent: {}, key: '' };
    const value = parent[key];
    if (typeof value !== 'object' || value === null) continue;
    for (const each of Object.keys(value)) places.push({ parent: value as Parent, key: each });
  }
  return places;
}

/** Stands in the value for text that is put in afterwards. */
const MARK = '\u0001mark\u0001';
const MARK_TEXT = JSON.stringify(MARK);

type Change = (places: readonly Place[], where: number, how: number, samples: readonly Buffer[]) => string;

function onJson(change: Change): Mutation {
  return (input, where, how, samples) => {
    const text = input.toString('utf8');
    const whole = changeText(text, change, where, how, samples);
    if (whole !== undefined) return Buffer.from(whole);
    const lines = text.split('\n');
    const line = where % lines.length;
    const changed = changeText(lines[line] ?? '', change, Math.floor(where / lines.length), how, samples);
    return changed === undefined ? input : Buffer.from(lines.with(line, changed).join('\n'));
  };
}

/** `undefined` where the text is not JSON, or is nested too deep to be written again. */
function changeText(
  text: string,
  change: Change,
  where: number,
  how: number,
  samples: readonly Buffer[],
): string | undefined {
  try {
    const places = listPlaces(parseJson(text, MAX_DEPTH));
    const inserted = change(places, where, how, samples);
    const root = places[0]?.parent['root'];
    return JSON.stringify(root).replace(MARK_TEXT, () => inserted);
  } catch {
    return undefined;
  }
}

const replaceValue: Change = (places, where, how) => {
  const { parent, key } = pick(places, where);
  parent[key] = MARK;
  return pick(VALUES, how);
};

const nestValue: Change = (places, where, how) => {
  const { parent, key } = pick(places, where);
  const inner = JSON.stringify(parent[key]);
  parent[key] = MARK;
  return nested(pick(DEPTHS, how), inner);
};

/** Also a key that is there already: then it stands there twice. */
const addKey: Change = (places, where, how) => {
  const records = places.filter(({ parent, key }) => isRecord(parent[key]));
  const { parent, key } = pick(records, where);
  const record = parent[key] as Parent;
  const name = pick([...KEYS, ...Object.keys(record)], how);
  const rest = JSON.stringify(record).slice(1);
  parent[key] = MARK;
  const added = `"${name}":${pick(VALUES, how >>> 8)}`;
  const isLast = (how >>> 16) % 2 === 0;
  if (rest === '}') return `{${added}}`;
  return isLast ? `{${rest.slice(0, -1)},${added}}` : `{${added},${rest}`;
};

const removePlace: Change = (places, where) => {
  const { parent, key } = pick(places, where);
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
  return '';
};

const repeatItem: Change = (places, where, how) => {
  const items = places.filter(({ parent }) => Array.isArray(parent));
  const { parent, key } = pick(items, where);
  const list = parent as unknown as unknown[];
  const copies = Array.from({ length: pick([1, 2, 9, 65, 500], how) }, () => list[Number(key)]);
  list.splice(Number(key), 0, ...copies);
  return '';
};

const takeFromSample: Change = (places, where, how, samples) => {
  const { parent, key } = pick(places, where);
  const other = listPlaces(parseJson(pick(samples, how).toString('utf8'), MAX_DEPTH));
  const taken = pick(other, how >>> 4);
  parent[key] = MARK;
  return JSON.stringify(taken.parent[taken.key]);
};

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** For input that is JSON, or JSON lines. */
export const JSON_MUTATIONS: readonly Mutation[] = [
  replaceValue,
  nestValue,
  addKey,
  removePlace,
  repeatItem,
  takeFromSample,
].map(onJson);
