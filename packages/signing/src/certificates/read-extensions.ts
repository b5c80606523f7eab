import { DerFault } from './der-fault.ts';
import { DerTag } from './der-tag.ts';
import { expectTag, readObjectIdentifier, readSequence } from './der-values.ts';
import { type DerElement, contentOf, readDer } from './read-der.ts';

/** One extension: its identifier, whether a reader must understand it, and its value, already canonical. */
export interface Extension {
  readonly identifier: string;
  readonly isCritical: boolean;
  /** Octets of the value, which need not be DER where the extension is unknown. */
  readonly octets: Uint8Array;
}

const MAX_EXTENSIONS = 64;

/**
 * Reads a list of extensions (RFC 5280 §4.2). Two of one kind are refused: readers differ on which counts.
 */
export function readExtensions(list: DerElement): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  for (const element of readSequence(list, 'the list of extensions', { min: 1, max: MAX_EXTENSIONS })) {
    const extension = readExtension(element);
    if (extensions.has(extension.identifier)) {
      throw new DerFault(`extension ${extension.identifier} occurs twice`, element.start);
    }
    extensions.set(extension.identifier, extension);
  }
  return extensions;
}

function readExtension(element: DerElement): Extension {
  const [identifierElement, ...rest] = readSequence(element, 'an extension', { min: 2, max: 3 });
  const identifier = readObjectIdentifier(identifierElement, 'the identifier of an extension');
  const isMarked = rest.length === 2;
  if (isMarked && contentOf(expectTag(rest[0], DerTag.BOOLEAN, `the mark of ${identifier}`))[0] !== 0xff) {
    throw new DerFault(`extension ${identifier} writes out the default of critical`, element.start);
  }
  const octets = contentOf(
    expectTag(rest.at(-1), DerTag.OCTET_STRING, `the value of extension ${identifier}`),
  );
  return { identifier, isCritical: isMarked, octets };
}

/** Reads the value of an extension if it is there. */
export function readExtensionValue<Value>(
  extensions: ReadonlyMap<string, Extension>,
  identifier: string,
  read: (value: DerElement) => Value,
): Value | undefined {
  const extension = extensions.get(identifier);
  return extension && read(readDer(extension.octets));
}
