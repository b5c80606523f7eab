import { octetAt } from '../octet-at.ts';
import { DerTag } from './der-tag.ts';

/** Answers what is wrong with the content octets, or nothing. */
type Rule = (content: Uint8Array) => string | undefined;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const PRINTABLE = /^[A-Za-z0-9 '()+,./:=?-]*$/u;
const VISIBLE = /^[\x20-\x7E]*$/u;

const minimalInteger: Rule = (content) => {
  const [first, second] = content;
  if (first === undefined) return 'an INTEGER is empty';
  if (second === undefined) return undefined;
  const isPadded = (first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80);
  return isPadded ? 'an INTEGER is not in its shortest form' : undefined;
};

const characters =
  (name: string, allowed: RegExp): Rule =>
  (content) =>
    allowed.test(Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1'))
      ? undefined
      : `a ${name} holds a character outside its alphabet`;

/** X.690 §11, one rule for each universal primitive type. A type without a rule holds free octets. */
const RULES: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  [
    DerTag.BOOLEAN,
    (content) =>
      content.length === 1 && (content[0] === 0x00 || content[0] === 0xff)
        ? undefined
        : 'a BOOLEAN is neither 00 nor FF',
  ],
  [DerTag.INTEGER, minimalInteger],
  [DerTag.ENUMERATED, minimalInteger],
  [DerTag.NULL, (content) => (content.length === 0 ? undefined : 'a NULL has content')],
  [
    DerTag.BIT_STRING,
    (content) => {
      const [unused] = content;
      if (unused === undefined) return 'a BIT STRING is empty';
      if (unused > 7 || (content.length === 1 && unused !== 0))
        return 'a BIT STRING counts its unused bits wrongly';
      const last = octetAt(content, content.length - 1);
      const isPaddingZero = content.length === 1 || (last & ((1 << unused) - 1)) === 0;
      return isPaddingZero ? undefined : 'the unused bits of a BIT STRING are not zero';
    },
  ],
  [
    DerTag.OBJECT_IDENTIFIER,
    (content) => {
      if (content.length === 0 || content.length > 64)
        return 'an OBJECT IDENTIFIER is empty or over 64 bytes';
      if (octetAt(content, content.length - 1) >= 0x80) return 'an OBJECT IDENTIFIER is cut off';
      for (let index = 0; index < content.length; index++) {
        const startsArc = index === 0 || octetAt(content, index - 1) < 0x80;
        if (startsArc && content[index] === 0x80) return 'an OBJECT IDENTIFIER is not in its shortest form';
      }
      return undefined;
    },
  ],
  [
    DerTag.UTF8_STRING,
    (content) => {
      try {
        UTF8.decode(content);
        return undefined;
      } catch {
        return 'a UTF8String is not valid UTF-8';
      }
    },
  ],
  [DerTag.PRINTABLE_STRING, characters('PrintableString', PRINTABLE)],
  [
    DerTag.IA5_STRING,
    (content) => (content.every((octet) => octet < 0x80) ? undefined : 'an IA5String is not ASCII'),
  ],
  [DerTag.VISIBLE_STRING, characters('VisibleString', VISIBLE)],
  [
    DerTag.BMP_STRING,
    (content) => (content.length % 2 === 0 ? undefined : 'a BMPString has an odd number of bytes'),
  ],
]);

/** What is not canonical about the content of a primitive; nothing for types that have no rule here. */
export function findPrimitiveFault(tag: number, content: Uint8Array): string | undefined {
  return RULES.get(tag)?.(content);
}
