/** Identifier octets (X.690 §8.1.2) of the universal types that certificates use. */
export const DerTag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OBJECT_IDENTIFIER: 0x06,
  ENUMERATED: 0x0a,
  UTF8_STRING: 0x0c,
  PRINTABLE_STRING: 0x13,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  VISIBLE_STRING: 0x1a,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

const NAMES = new Map<number, string>(
  Object.entries(DerTag).map(([name, tag]) => [tag, name.replace('_', ' ')]),
);

/** Identifier octet of the context-specific tag `[number]`. */
export function contextTag(number: number, constructed: boolean): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** How a tag reads in an error: `SEQUENCE`, `[3]`, `tag 0x5f`. */
export function describeTag(tag: number): string {
  const name = NAMES.get(tag);
  if (name !== undefined) return name;
  return (tag & 0xc0) === 0x80 ? `[${tag & 0x1f}]` : `tag 0x${tag.toString(16).padStart(2, '0')}`;
}
