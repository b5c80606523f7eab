/**
 * Reads DER and refuses every other encoding of the same value.
 *
 * BER lets one certificate be written in many ways, and each has another hash. Whoever names
 * certificates by hash must therefore accept one form alone: definite minimal lengths, minimal
 * integers and object identifiers, TRUE as FF, sorted sets, no bytes after the end (X.690 §10, §11).
 * The walk is bounded in size, depth and number of elements before anything is interpreted.
 *
 * What the elements mean is decided elsewhere; what a primitive holds is read in der-values.ts.
 *
 * @module
 */
import { octetAt } from '../octet-at.ts';
import { findPrimitiveFault } from './canonical-primitive.ts';
import { DerFault } from './der-fault.ts';
import { DerTag, describeTag } from './der-tag.ts';

/** One tag, length and content. Offsets count from the start of `source`. */
export interface DerElement {
  readonly tag: number;
  /** The whole input, shared by all elements. */
  readonly source: Uint8Array;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
  /** Empty for primitives. */
  readonly children: readonly DerElement[];
}

/** How much input a reader will look at. */
export interface DerLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxElements: number;
}

/** Far above any real certificate (about 100 elements, 10 levels). */
export const CERTIFICATE_LIMITS: DerLimits = Object.freeze({
  maxBytes: 65_536,
  maxDepth: 24,
  maxElements: 8192,
});

const CONSTRUCTED = 0x20;
const UNIVERSAL_MASK = 0xc0;
const LONG_FORM = 0x80;

/** The content octets of an element, without a copy. */
export function contentOf(element: DerElement): Uint8Array {
  return element.source.subarray(element.contentStart, element.end);
}

/** All octets of an element, header included, without a copy. */
export function encodingOf(element: DerElement): Uint8Array {
  return element.source.subarray(element.start, element.end);
}

/**
 * Parses exactly one element that spans all of `source`.
 *
 * @throws DerFault where the bytes are not canonical DER or exceed `limits`.
 */
export function readDer(source: Uint8Array, limits: DerLimits = CERTIFICATE_LIMITS): DerElement {
  if (source.length > limits.maxBytes) {
    throw new DerFault(`${source.length} bytes are more than the limit of ${limits.maxBytes}`, 0);
  }
  const walk = new DerWalk(source, limits);
  const element = walk.read(0, source.length, 0);
  if (element.end !== source.length) {
    throw new DerFault(`${source.length - element.end} bytes follow the end`, element.end);
  }
  return element;
}

class DerWalk {
  readonly #source: Uint8Array;
  readonly #limits: DerLimits;
  #elements = 0;

  constructor(source: Uint8Array, limits: DerLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  read(start: number, limit: number, depth: number): DerElement {
    if (depth > this.#limits.maxDepth) {
      throw new DerFault(`nested deeper than ${this.#limits.maxDepth} levels`, start);
    }
    if (++this.#elements > this.#limits.maxElements) {
      throw new DerFault(`more than ${this.#limits.maxElements} elements`, start);
    }
    const tag = this.#tag(start, limit);
    const { contentStart, end } = this.#span(start, limit);
    const children = tag & CONSTRUCTED ? this.#children(contentStart, end, depth + 1) : NO_CHILDREN;
    const element: DerElement = { tag, source: this.#source, start, contentStart, end, children };
    if (tag === DerTag.SET) assertSorted(element);
    const fault = findPrimitiveFault(tag, contentOf(element));
    if (fault !== undefined) throw new DerFault(fault, start);
    return element;
  }

  #tag(start: number, limit: number): number {
    const tag = this.#source[start];
    if (tag === undefined || start >= limit) throw new DerFault('an element is missing', start);
    if ((tag & 0x1f) === 0x1f) throw new DerFault('tag numbers above 30 are not supported', start);
    if ((tag & UNIVERSAL_MASK) === 0) {
      const mustBeConstructed = (tag & 0x1f) === 0x10 || (tag & 0x1f) === 0x11;
      if (mustBeConstructed !== ((tag & CONSTRUCTED) !== 0)) {
        throw new DerFault(`${describeTag(tag ^ CONSTRUCTED)} has the wrong form`, start);
      }
    }
    return tag;
  }

  #span(start: number, limit: number): { readonly contentStart: number; readonly end: number } {
    const first = start + 1 < limit ? this.#source[start + 1] : undefined;
    if (first === undefined) throw new DerFault('the length is missing', start);
    let contentStart = start + 2;
    let length = first;
    if (first >= LONG_FORM) {
      const octets = first & 0x7f;
      // Three octets hold 16 MiB, more than any limit of this folder; zero is the indefinite form.
      if (octets === 0 || octets > 3) throw new DerFault('the length has a form that DER forbids', start);
      contentStart += octets;
      if (contentStart > limit) throw new DerFault('the length is cut off', start);
      length = 0;
      for (let at = start + 2; at < contentStart; at++) length = length * 256 + octetAt(this.#source, at);
      if (length < LONG_FORM || this.#source[start + 2] === 0) {
        throw new DerFault('the length is not in its shortest form', start);
      }
    }
    const end = contentStart + length;
    if (end > limit) throw new DerFault('the content is cut off', start);
    return { contentStart, end };
  }

  #children(contentStart: number, end: number, depth: number): readonly DerElement[] {
    const children: DerElement[] = [];
    for (let at = contentStart; at < end;) {
      const child = this.read(at, end, depth);
      children.push(child);
      at = child.end;
    }
    return children;
  }
}

const NO_CHILDREN: readonly DerElement[] = Object.freeze([]);

/** X.690 §11.6: the members of a SET OF stand in ascending order of their encodings. */
function assertSorted(set: DerElement): void {
  for (const [index, member] of set.children.entries()) {
    const previous = set.children[index - 1];
    if (previous !== undefined && Buffer.compare(encodingOf(previous), encodingOf(member)) > 0) {
      throw new DerFault('the members of a SET are not sorted', member.start);
    }
  }
}
