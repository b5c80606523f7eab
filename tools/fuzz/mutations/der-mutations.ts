/**
 * Mutations of DER that keep the lengths around a change right, so that what is deep in a structure is reached, and one
 * that makes a length lie.
 *
 * @module
 */
import { type Mutation, pick } from './mutation.ts';

interface Element {
  tag: number;
  content: Buffer;
  /** Of a constructed element, instead of its content. */
  children: Element[] | undefined;
  /** Where its length stands in the input. */
  readonly lengthAt: number;
}

const CONSTRUCTED = 0x20;
const MAX_DEPTH = 40;

/** The elements in `bytes`; `undefined` where they do not fill it. */
function readElements(bytes: Buffer, from: number, depth = 0): Element[] | undefined {
  const elements: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [tag = 0, first = 0] = bytes.subarray(at, at + 2);
    const octets = first < 0x80 ? 0 : first & 0x7f;
    const contentAt = at + 2 + octets;
    if (octets > 4 || contentAt > bytes.length) return undefined;
    const length = octets === 0 ? first : bytes.readUIntBE(at + 2, octets);
    if (contentAt + length > bytes.length) return undefined;
    const content = bytes.subarray(contentAt, contentAt + length);
    const isConstructed = (tag & CONSTRUCTED) !== 0 && depth < MAX_DEPTH;
    const children = isConstructed ? readElements(content, from + contentAt, depth + 1) : undefined;
    elements.push({ tag, content, children, lengthAt: from + at + 1 });
    at = contentAt + length;
  }
  return elements;
}

function writeElement({ tag, content, children }: Element): Buffer {
  const body = children === undefined ? content : Buffer.concat(children.map(writeElement));
  return Buffer.concat([Buffer.from([tag]), writeLength(body.length), body]);
}

function writeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const octets = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3;
  const bytes = Buffer.alloc(1 + octets, 0x80 + octets);
  bytes.writeUIntBE(length, 1, octets);
  return bytes;
}

/** An element and the list that it stands in. */
interface Place {
  readonly list: Element[];
  readonly index: number;
  readonly element: Element;
}

function listPlaces(list: Element[]): Place[] {
  return list.flatMap((element, index) => [
    { list, index, element },
    ...(element.children === undefined ? [] : listPlaces(element.children)),
  ]);
}

type Change = (place: Place, how: number, samples: readonly Buffer[]) => void;

function onDer(change: Change): Mutation {
  return (input, where, how, samples) => {
    const elements = readElements(input, 0) ?? [];
    if (elements.length === 0) return input;
    change(pick(listPlaces(elements), where), how, samples);
    return Buffer.concat(elements.map(writeElement));
  };
}

const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0xa0, 0xa3,
];
const CONTENTS = [
  Buffer.alloc(0),
  Buffer.from([0]),
  Buffer.from([0xff]),
  Buffer.from([0x80, 0]),
  Buffer.alloc(9, 0x7f),
  Buffer.alloc(21, 0xff),
  Buffer.alloc(5_000, 0x81),
  Buffer.from('20491231235960Z'),
  Buffer.from('99991231235959Z'),
  Buffer.from('500101000000Z'),
  Buffer.from('a\u0000b'),
];

const changeTag: Change = ({ element }, how) => {
  element.tag = pick(TAGS, how);
};
const changeContent: Change = ({ element }, how) => {
  element.children = undefined;
  element.content = pick(CONTENTS, how);
};
const remove: Change = ({ list, index }) => {
  list.splice(index, 1);
};
const repeat: Change = ({ list, index, element }, how) => {
  list.splice(index, 0, ...Array.from({ length: pick([1, 2, 30, 1_000], how) }, () => element));
};
const nest: Change = ({ list, index, element }, how) => {
  let inner = element;
  for (let depth = pick([1, 2, 25, 400], how); depth > 0; depth -= 1)
    inner = { tag: 0x30, content: inner.content, children: [inner], lengthAt: 0 };
  list[index] = inner;
};
const takeFromSample: Change = ({ list, index }, how, samples) => {
  const other = readElements(pick(samples, how), 0) ?? [];
  if (other.length > 0) list[index] = pick(listPlaces(other), how >>> 4).element;
};
const swapWithNext: Change = ({ list, index }) => {
  list.splice(index, 2, ...list.slice(index, index + 2).reverse());
};

const LENGTH_BYTES = [0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xff];

const lieAboutLength: Mutation = (input, where, how) => {
  const elements = readElements(input, 0) ?? [];
  if (elements.length === 0) return input;
  const { lengthAt } = pick(listPlaces(elements), where).element;
  const result = Buffer.from(input);
  const length = result[lengthAt] ?? 0;
  result[lengthAt] = pick([length + 1, length - 1, ...LENGTH_BYTES], how);
  return result;
};

/** For input that is DER. */
export const DER_MUTATIONS: readonly Mutation[] = [
  ...[changeTag, changeContent, remove, repeat, nest, takeFromSample, swapWithNext].map(onDer),
  lieAboutLength,
];
