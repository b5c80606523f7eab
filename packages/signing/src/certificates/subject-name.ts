import { InvalidCertificateError } from '@truthound/protocols';
import {
  type Asn1,
  ia5String,
  objectIdentifier,
  printableString,
  sequence,
  setOf,
  utf8String,
} from './asn1-writer.ts';
import { ATTRIBUTE_NAMES, identifierOf } from './object-identifiers.ts';

/** Who a certificate is for. Written in the order country, …, common name. */
export interface SubjectName {
  readonly commonName?: string | undefined;
  readonly organizationalUnit?: string | undefined;
  readonly organization?: string | undefined;
  readonly locality?: string | undefined;
  readonly state?: string | undefined;
  /** Two letters, ISO 3166-1. */
  readonly country?: string | undefined;
  readonly domainComponents?: readonly string[] | undefined;
  readonly emailAddress?: string | undefined;
}

interface AttributeRule {
  readonly type: string;
  /** Upper bound of RFC 5280 Appendix A, in characters. */
  readonly maxLength: number;
  readonly write: (text: string) => Asn1;
}

const attribute = (name: string, maxLength: number, write = utf8String): AttributeRule => ({
  type: identifierOf(ATTRIBUTE_NAMES, name) ?? name,
  maxLength,
  write,
});

/** In the order in which they are written: the least specific first. */
const ATTRIBUTES: readonly (readonly [keyof SubjectName, AttributeRule])[] = [
  ['domainComponents', attribute('DC', 63, ia5String)],
  ['country', attribute('C', 2, printableString)],
  ['state', attribute('ST', 128)],
  ['locality', attribute('L', 128)],
  ['organization', attribute('O', 64)],
  ['organizationalUnit', attribute('OU', 64)],
  ['commonName', attribute('CN', 64)],
  ['emailAddress', attribute('emailAddress', 255, ia5String)],
];

/**
 * Encodes a subject. A plain string is the common name.
 *
 * @throws InvalidCertificateError naming the attribute that is unknown, empty, too long or not writable.
 */
export function writeSubjectName(subject: SubjectName | string): Asn1 {
  const name: SubjectName = typeof subject === 'string' ? { commonName: subject } : subject;
  const known = ATTRIBUTES.map(([field]) => field as string);
  const unknown = Object.keys(name).find((field) => !known.includes(field));
  if (unknown !== undefined) {
    throw refuse(`"${unknown}" is not an attribute of a subject; the attributes are ${known.join(', ')}`);
  }
  const parts = ATTRIBUTES.flatMap(([field, rule]) => {
    const value = name[field];
    const texts = value === undefined ? [] : typeof value === 'string' ? [value] : value;
    return texts.map((text) => writeAttribute(field, text, rule));
  });
  if (parts.length === 0) throw refuse('the subject is empty; give at least a commonName');
  return sequence(...parts);
}

function writeAttribute(field: string, text: string, { type, maxLength, write }: AttributeRule): Asn1 {
  const length = Array.from(text).length;
  if (length === 0 || length > maxLength) {
    throw refuse(`${field} of the subject has ${length} characters; 1 to ${maxLength} are allowed`);
  }
  if (/[\p{Cc}\p{Cs}]/u.test(text)) throw refuse(`${field} of the subject holds a control character`);
  const isAscii = /^[\x20-\x7E]*$/u.test(text);
  if (write !== utf8String && !isAscii) throw refuse(`${field} of the subject must be ASCII`);
  if (field === 'country' && !/^[A-Z]{2}$/u.test(text)) {
    throw refuse(`country of the subject must be two capital letters, not ${JSON.stringify(text)}`);
  }
  return setOf(sequence(objectIdentifier(type), write(text)));
}

function refuse(parseError: string): InvalidCertificateError {
  return new InvalidCertificateError({ parseError });
}
