/** What the content of a canonical primitive says. All throw DerFault where the tag is another. */
import { octetAt } from '../octet-at.ts';
import { DerFault } from './der-fault.ts';
import { DerTag, describeTag } from './der-tag.ts';
import { type DerElement, contentOf } from './read-der.ts';

/** Asserts the tag of an element and answers the element. `what` names it in the error. */
export function expectTag(element: DerElement | undefined, tag: number, what: string): DerElement {
  if (element === undefined) throw new DerFault(`${what} is missing`, 0);
  if (element.tag !== tag) {
    throw new DerFault(`${what} is ${describeTag(element.tag)}, not ${describeTag(tag)}`, element.start);
  }
  return element;
}

/** The members of a SEQUENCE, of which there are at least `min` and at most `max`. */
export function readSequence(
  element: DerElement | undefined,
  what: string,
  { min = 0, max = Infinity }: { readonly min?: number; readonly max?: number } = {},
): readonly DerElement[] {
  const { children, start } = expectTag(element, DerTag.SEQUENCE, what);
  if (children.length < min || children.length > max) {
    throw new DerFault(`${what} has ${children.length} members`, start);
  }
  return children;
}

/** A non-negative INTEGER below 2^31; anything larger makes no sense where this is used. */
export function readSmallInteger(element: DerElement, what: string, tag: number = DerTag.INTEGER): number {
  const content = contentOf(expectTag(element, tag, what));
  if (octetAt(content, 0) >= 0x80) throw new DerFault(`${what} is negative`, element.start);
  if (content.length > 4) throw new DerFault(`${what} is larger than 2147483647`, element.start);
  return content.reduce((value, octet) => value * 256 + octet, 0);
}

/** Largest arc that a further seven bits keep below 2^53. */
const MAX_SHIFTABLE_ARC = 2 ** 46;

/** Dotted decimal form of an OBJECT IDENTIFIER. Arcs end at 2^53, far above any that is in use here. */
export function readObjectIdentifier(element: DerElement | undefined, what: string): string {
  const { source, start, contentStart, end } = expectTag(element, DerTag.OBJECT_IDENTIFIER, what);
  let text = '';
  let arc = 0;
  for (let at = contentStart; at < end; at++) {
    const octet = octetAt(source, at);
    if (arc >= MAX_SHIFTABLE_ARC) throw new DerFault(`${what} has an arc above 2^53`, start);
    arc = arc * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    text += text === '' ? firstArcs(arc) : `.${arc}`;
    arc = 0;
  }
  return text;
}

/** X.690 §8.19.4: the first two arcs share one number. */
function firstArcs(number: number): string {
  const root = Math.min(2, Math.floor(number / 40));
  return `${root}.${number - root * 40}`;
}

/** The octets of a BIT STRING that holds whole octets, as signatures and keys do. */
export function readOctetAlignedBits(element: DerElement | undefined, what: string): Uint8Array {
  const bits = expectTag(element, DerTag.BIT_STRING, what);
  const content = contentOf(bits);
  if (content[0] !== 0) throw new DerFault(`${what} has ${octetAt(content, 0)} unused bits`, bits.start);
  return content.subarray(1);
}

/** The names of the bits that a named BIT STRING sets. X.690 §11.2.2: no trailing zero bits. */
export function readNamedBits<Name extends string>(
  element: DerElement | undefined,
  names: readonly Name[],
  what: string,
): readonly Name[] {
  const bits = expectTag(element, DerTag.BIT_STRING, what);
  const content = contentOf(bits);
  const unused = octetAt(content, 0);
  const count = (content.length - 1) * 8 - unused;
  if (count > 0 && (octetAt(content, content.length - 1) & (1 << unused)) === 0) {
    throw new DerFault(`${what} has trailing zero bits`, bits.start);
  }
  if (count > names.length) throw new DerFault(`${what} sets a bit that has no meaning`, bits.start);
  return names.filter((_, bit) => (octetAt(content, 1 + (bit >> 3)) & (0x80 >> (bit & 7))) !== 0);
}

/** Lower-case hexadecimal form of octets. */
export function toHex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex');
}
